import { isProblem, paths } from '@holdfast/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTestServer, KEY } from './testing/test-server.ts'

const POSTS = [
  '/v1/rooms',
  paths.threads('default'),
  paths.runs(KEY),
  paths.cancelRun(KEY, 'r1'),
  paths.cancelThread(KEY),
  paths.feed(),
]
const GETS = ['/v1/rooms', paths.threads('default'), paths.log(KEY), paths.runEvents(KEY, 'r1'), paths.thread(KEY)]

const FIELDS = ['roomId', 'threadId', 'runId', 'title', 'agentId', 'messages', 'parentId', 'onBusy', 'tools', 'context']
const MORE = [
  'inbox',
  'threads',
  'state',
  'resume',
  'forwardedProps',
  'reason',
  '__proto__',
  'constructor',
  'id',
  'role',
  'content',
]
const value = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(
    'r1',
    'demo',
    'default',
    [{ id: 'm', role: 'user', content: 'x' }],
    [{ id: 'm', role: 'tool' }],
    '\u0000',
    '\ud800',
  ),
)
const body = fc.oneof(
  fc.jsonValue(),
  fc.dictionary(fc.constantFrom(...FIELDS, ...MORE), value, { noNullPrototype: true }),
)

async function expectAnswer(response: Response): Promise<void> {
  expect(response.status).not.toBe(500)
  if (response.status >= 400) expect(isProblem(await response.json())).toBe(true)
  else await response.body?.cancel()
}

describe('hostile input', () => {
  it('never gets a server error, and the server keeps working', async () => {
    const server = await createTestServer()
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...POSTS), body, async (path, sent) => {
        await expectAnswer(await server.ask(path, sent))
      }),
      { numRuns: 400 },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...GETS),
        fc.constantFrom('after', 'before', 'limit', 'live', 'q'),
        fc.oneof(fc.string(), fc.constantFrom('sse', '1', '0', '-1', '1e9')),
        async (path, name, sent) => {
          await expectAnswer(await server.ask(`${path}?${name}=${encodeURIComponent(sent.toWellFormed())}`))
        },
      ),
      { numRuns: 300 },
    )
    expect(server.faults).toEqual([])
    expect(server.feed.watching.readers).toBe(0)
    expect((await server.ask('/v1/rooms')).status).toBe(200)
  })
})
