/** Every limit of a request, exactly at it and one over it (docs/LIMITS.md). */
import { type LogPage, paths, type ThreadInfo } from '@holdfast/core'
import { expect, it } from 'vitest'
import { createTestServer, expectProblem, KEY, readUntil } from './testing/test-server.ts'

const json = async <T>(response: Response) => (await response.json()) as T

it('a body of exactly the maximum size is accepted, one byte more is not', async () => {
  const body = JSON.stringify({ roomId: 'r', title: 'Room' })
  const post = async (maxBodyBytes: number) => {
    const server = await createTestServer({ limits: { maxBodyBytes } })
    return server.ask(paths.rooms(), JSON.parse(body))
  }
  expect((await post(body.length)).status).toBe(201)
  await expectProblem(await post(body.length - 1), 413, 'body_too_large')
})

it('JSON of exactly the maximum depth is accepted, one level more is not', async () => {
  const post = async (maxDepth: number) => {
    const server = await createTestServer({ limits: { maxDepth } })
    return server.ask(paths.runs(KEY), { runId: 'r', messages: [{ id: 'q', role: 'user', content: 'Hi' }] })
  }
  expect((await post(3)).status).toBe(202)
  await expectProblem(await post(2), 422, 'too_deep')
})

it('a body with exactly the maximum number of list entries is accepted, and fields without a schema do not count', async () => {
  const post = async (maxEntries: number) => {
    const server = await createTestServer({ limits: { maxEntries } })
    const parts = ['H', 'i'].map((text) => ({ type: 'text', text }))
    const messages = [{ id: 'q', role: 'user', content: parts }]
    return server.ask(paths.runs(KEY), { runId: 'r', messages, state: { list: [1, 2, 3, 4] }, forwardedProps: [5, 6] })
  }
  expect((await post(3)).status).toBe(202)
  await expectProblem(await post(2), 422, 'invalid')
})

it('a start with exactly the maximum number of messages is accepted, one more is refused with advice', async () => {
  const server = await createTestServer()
  const post = (runId: string, count: number) => {
    const messages = Array.from({ length: count }, (_, n) => ({ id: `${runId}-${n}`, role: 'user', content: 'Hi' }))
    return server.ask(paths.runs({ ...KEY, threadId: runId }), { runId, messages })
  }
  expect((await post('most', 1_000)).status).toBe(202)
  const refused = await post('more', 1_001)
  expect(JSON.stringify(await refused.clone().json())).toContain('Send only the new ones')
  await expectProblem(refused, 422, 'invalid')
})

it('a log page holds at most the maximum number of records, and says where to continue', async () => {
  const server = await createTestServer({ limits: { maxLogPage: 3 } })
  await server.start('r')
  await server.say(await server.claim(), 'a', 'b', 'c', 'd')
  const page = await json<LogPage>(await server.ask(`${paths.log(KEY)}?limit=1000`))
  expect(page).toMatchObject({ next: 3, upToDate: false })
  expect(page.envelopes).toHaveLength(3)
  expect((await json<LogPage>(await server.ask(`${paths.log(KEY)}?limit=2`))).envelopes).toHaveLength(2)
  await expectProblem(await server.ask(`${paths.log(KEY)}?limit=1001`), 422, 'invalid')
  await expectProblem(await server.ask(`${paths.log(KEY)}?limit=0`), 422, 'invalid')
})

it('a list page holds at most the maximum number of items, and says where to continue', async () => {
  const server = await createTestServer({ limits: { maxListPage: 2 } })
  for (const threadId of ['a', 'b', 'c']) await server.ask(paths.threads('default'), { threadId })
  type Listed = { items: ThreadInfo[]; next?: string }
  const first = await json<Listed>(await server.ask(`${paths.threads('default')}?limit=200`))
  expect(first.items).toHaveLength(2)
  const rest = await json<Listed>(await server.ask(`${paths.threads('default')}?before=${first.next}`))
  expect(rest.items).toHaveLength(1)
  expect(rest.next).toBeUndefined()
  await expectProblem(await server.ask(`${paths.threads('default')}?limit=201`), 422, 'invalid')
})

it('ids have 128 characters at most', async () => {
  const server = await createTestServer()
  expect((await server.ask(paths.rooms(), { roomId: 'x'.repeat(128), title: 'R' })).status).toBe(201)
  await expectProblem(await server.ask(paths.rooms(), { roomId: 'x'.repeat(129), title: 'R' }), 422, 'invalid')
})

it('G10 streams open up to the limit; one more is refused until one is closed', async () => {
  const server = await createTestServer({ streams: { maxStreams: 2, readerBytes: 256 * 1024 } })
  await server.start('r')
  const open = () => server.ask(`${paths.log(KEY)}?live=sse`)
  const streams = [await open(), await open()]
  for (const stream of streams) expect(stream.status).toBe(200)
  const refused = await open()
  expect(refused.headers.get('retry-after')).toBe('5')
  await expectProblem(refused, 503, 'too_many_streams')
  // A feed is a stream like any other.
  await expectProblem(await server.ask(paths.feed(), { threads: [] }), 503, 'too_many_streams')
  // A long-poll counts too; a plain read does not.
  await expectProblem(await server.ask(`${paths.log(KEY)}?live=long-poll&after=1`), 503, 'too_many_streams')
  expect((await server.ask(paths.log(KEY))).status).toBe(200)
  await readUntil(streams[0] as Response, 'run.accepted')
  await streams[0]?.body?.cancel()
  const feed = await server.ask(paths.feed(), { threads: [] })
  expect(feed.status).toBe(200)
  await expectProblem(await open(), 503, 'too_many_streams')
  await feed.body?.cancel()
  expect((await open()).status).toBe(200)
})

it('a long-poll waits up to its limit, and then frees its slot', async () => {
  const server = await createTestServer({
    limits: { longPollMs: 1_000 },
    streams: { maxStreams: 1, readerBytes: 256 * 1024 },
  })
  await server.start('r')
  const ask = () => server.ask(`${paths.log(KEY)}?live=long-poll&after=1`)
  for (let round = 0; round < 2; round++) {
    let answered = false
    const asking = ask().finally(() => {
      answered = true
    })
    for (let n = 0; n < 20; n++) await new Promise(setImmediate)
    server.clock.advance(999)
    for (let n = 0; n < 20; n++) await new Promise(setImmediate)
    expect(answered).toBe(false)
    server.clock.advance(1)
    expect((await asking).status).toBe(204)
  }
})
