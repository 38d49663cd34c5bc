import { readFileSync } from 'node:fs'
import { isProblem, PROBLEM_STATUS, paths, type ThreadKey } from '@holdfast/core'
import type { z } from '@hono/zod-openapi'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Lease } from '../store/port.ts'
import { LOCAL_PRINCIPAL as me } from '../store/principal.ts'
import { apiPage, operationsOf } from './api-page.ts'
import { documentOf } from './document.ts'
import { createTestServer, KEY, type TestServer } from './testing/test-server.ts'

/** A valid request, for a server with a live run `r1`, a queued one (`r2`), and a quiet thread. */
interface Call {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: string
  readonly body?: Readonly<Record<string, unknown>>
}

const QUIET: ThreadKey = { ...KEY, threadId: 'quiet' }
const ask = [{ id: 'new-q', role: 'user', content: 'Hello' }]
const VALID: Readonly<Record<string, Call>> = {
  getHealth: {},
  getReadiness: {},
  getMetrics: {},
  getOpenApi: {},
  listAgents: {},
  listRooms: { query: 'limit=2' },
  createRoom: { body: { roomId: 'new', title: 'New', agentId: 'demo' } },
  getRoom: {},
  changeRoom: { body: { title: 'Renamed', agentId: 'demo' } },
  deleteRoom: { params: { roomId: 'spare' }, query: 'force=true' },
  listThreads: { query: 'limit=2&q=hello' },
  createThread: { body: { threadId: 'new', title: 'New' } },
  getThread: {},
  changeThread: { body: { title: 'Renamed', mutedUntil: '2030-01-01T00:00:00Z', archived: true } },
  deleteThread: { query: 'force=true' },
  startRun: {
    params: { threadId: QUIET.threadId },
    body: {
      runId: 'new',
      messages: ask,
      agentId: 'demo',
      onBusy: 'reject',
      tools: [{ name: 'pick', description: 'Picks.', parameters: {} }],
      context: [{ description: 'Where', value: 'here' }],
      state: { a: 1 },
      forwardedProps: {},
    },
  },
  listRuns: {},
  getRun: {},
  editRun: { params: { runId: 'r2' }, body: { messages: ask } },
  listAllRuns: { query: 'since=2020-01-01T00:00:00Z&until=2030-01-01T00:00:00%2B01:00&limit=5' },
  getQueue: {},
  changeQueue: { body: { order: ['r2'], paused: true, supersede: false } },
  cancelRun: { body: { reason: 'enough' } },
  cancelThread: { body: { reason: 'enough' } },
  readLog: { query: 'after=1&limit=10' },
  readRunEvents: { query: 'after=1&limit=10' },
  getInbox: {},
  reportPresence: { body: { deviceId: 'd', state: 'focused', thread: KEY } },
  openFeed: { body: { inbox: 'W10', threads: [{ ...KEY, after: 0 }] } },
  pollFeed: { body: { inbox: 'W10', threads: [{ ...KEY, after: 0 }] } },
}

async function furnished(): Promise<TestServer & { lease: Lease }> {
  const server = await createTestServer({ metrics: async () => ({ contentType: 'text/plain', text: '' }) })
  await server.start('r1')
  const lease = await server.claim()
  await server.say(lease, 'one ')
  await server.ask(paths.runs(KEY), {
    runId: 'r2',
    messages: [{ id: 'q2', role: 'user', content: 'x' }],
    onBusy: 'enqueue',
  })
  await server.ask(paths.threads('default'), { threadId: QUIET.threadId })
  await server.ask(paths.rooms(), { roomId: 'spare', title: 'Spare' })
  return Object.assign(server, { lease })
}

/** Everything that a refused request must leave unchanged. */
async function everything({ store }: TestServer): Promise<string> {
  const range = { after: 0, maxBytes: 1e9, maxRecords: 1e9 }
  const log = await store.log.read(me, KEY, range)
  return JSON.stringify([
    await store.rooms.list(me, { limit: 200 }),
    await store.threads.list(me, 'default', { limit: 200 }),
    await store.runs.timeline(me, { limit: 200 }),
    log.type === 'chunk' ? log.head : log,
  ])
}

type Operation = ReturnType<typeof operationsOf>[number]

function request(
  server: TestServer,
  { method, path }: Operation,
  call: Call,
  body: unknown = call.body,
  init: RequestInit = {},
) {
  const params = { roomId: 'default', threadId: KEY.threadId, runId: 'r1', ...call.params }
  const at = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name as keyof typeof params] ?? '')
  const sent = typeof body === 'string' ? body : JSON.stringify(body)
  const withBody = method !== 'get' && body !== undefined
  return server.app.request(call.query === undefined ? at : `${at}?${call.query}`, {
    method: method.toUpperCase(),
    ...(withBody && { body: sent }),
    ...init,
    headers: { 'Content-Type': 'application/json', ...init.headers },
  })
}

/** The response is one that the document names. A refusal is a listed problem, and changed nothing. */
async function expectDocumented(
  server: TestServer,
  operation: Operation,
  response: Response,
  before: string,
  what: unknown,
) {
  const said = `${operation.operation.operationId} answers ${response.status} to ${JSON.stringify(what)?.slice(0, 300)}`
  const named = operation.operation.responses[response.status]
  expect(named, said).toBeDefined()
  if (response.status < 400) return void (await response.body?.cancel())
  if (response.status === 503 && operation.path === '/readyz') return
  const problem = await response.json()
  expect(isProblem(problem), said).toBe(true)
  expect(named?.['x-problem-codes'], `${said}: ${JSON.stringify(problem)}`).toContain(problem.code)
  expect(PROBLEM_STATUS[problem.code as keyof typeof PROBLEM_STATUS]).toBe(response.status)
  expect(response.status, said).not.toBe(500)
  expect(await everything(server), `${said}, and changed something`).toBe(before)
}

const deep = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`)
const WRONG: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  Number.MAX_SAFE_INTEGER,
  '',
  ' ',
  'x',
  '\u0000',
  '\ud800',
  '😀'.repeat(300),
  'x'.repeat(70_000),
  '__proto__',
  'constructor',
  '../../etc/passwd',
  "'; DROP TABLE room; --",
  [],
  {},
  [null],
  [[]],
  ['x'],
  ['r1'],
  ['x', 'x'],
  [{}],
  [{ id: 'm' }],
  [{ id: 'm', role: 'emperor', content: 1 }],
  [{ id: '__proto__', role: 'user', content: 'x' }],
  { toString: 1, __proto__x: 1 },
  deep(40),
]
const BAD_IDS = ['%00', '%20', 'a%20b', '%F0%9F%98%80', 'a'.repeat(129), '%E0%A4%A', 'a%2Fb', '%3Cscript%3E', "'--"]
const ODD_IDS = ['r1', 'r2', '__proto__', 'constructor', 'toString', 'hasOwnProperty', '...', ':', '0', 'a'.repeat(128)]
const BAD_WORDS = [
  '',
  '%00',
  '-1',
  '1.5',
  '1e9',
  '99999999999999999999',
  'null',
  '%F0%9F%98%80',
  'a'.repeat(2_000),
  '%ff',
]

describe('the document of the API', () => {
  it('names every operation once, and this test has a valid request for each', async () => {
    const server = await createTestServer()
    const document = await (await server.ask('/openapi.json')).json()
    expect(document).toMatchObject({ openapi: '3.1.0' })
    expect(document).toEqual(JSON.parse(JSON.stringify(documentOf(server.app))))
    const ids = operationsOf(documentOf(server.app)).map(({ operation }) => operation.operationId)
    expect(ids.toSorted()).toEqual(Object.keys(VALID).toSorted())
    expect(server.faults).toEqual([])
  })

  it('matches docs/API.md (run `node scripts/api-docs.ts`)', async () => {
    const page = readFileSync(new URL('../../../../docs/API.md', import.meta.url), 'utf8')
    const server = await createTestServer()
    expect(page).toBe(apiPage(documentOf(server.app)))
    for (const code of Object.keys(PROBLEM_STATUS)) expect(page).toContain(`| \`${code}\` |`)
  })
})

describe('every operation of the document', async () => {
  const { app } = await createTestServer()
  const operations = operationsOf(documentOf(app)).map((one) => [one.operation.operationId ?? '', one] as const)
  const routes = app.openAPIRegistry.definitions.flatMap((one) => (one.type === 'route' ? [one.route] : []))

  it.each(operations)('%s answers a valid request as the document says', async (id, operation) => {
    const server = await furnished()
    const response = await request(server, operation, VALID[id] ?? {})
    const live = response.headers.get('content-type') === 'text/event-stream'
    expect([200, 201, 202, 204], live ? '' : await response.clone().text()).toContain(response.status)
    expect(operation.operation.responses[response.status]).toBeDefined()
    if (live) await response.body?.cancel()
    const route = routes.find((one) => one.operationId === id)
    const shown = route?.responses[response.status] as { content?: { 'application/json'?: { schema: z.ZodType } } }
    const schema = shown?.content?.['application/json']?.schema
    if (schema) expect(schema.safeParse(await response.json())).toMatchObject({ success: true })
    expect(server.faults).toEqual([])
  })

  it.each(operations)(
    '%s refuses what is missing, wrong or hostile in words of the list, and lives',
    async (id, operation) => {
      let server = await furnished()
      let before = await everything(server)
      const call = VALID[id] ?? {}
      const attempt = async (changed: Call, body?: unknown, init?: RequestInit) => {
        const response = await request(server, operation, changed, body ?? changed.body, init)
        const { status } = response
        await expectDocumented(server, operation, response, before, [changed, body])
        if (status >= 400) return
        if (operation.method === 'get') return
        // The mutated request was valid after all and changed something: continue with a fresh server.
        server = await furnished()
        before = await everything(server)
      }

      if (operation.method !== 'get') {
        for (const body of [
          '',
          '{',
          'null',
          '[]',
          '7',
          '"x"',
          '{}',
          '{"a":1}',
          '\u0000',
          '{"__proto__":{"title":1}}',
        ]) {
          await attempt(call, body)
        }
        await attempt(call, JSON.stringify({ x: deep(65) }))
        await attempt(call, `{"a":"${'x'.repeat(1024 * 1024)}"}`)
        await attempt(call, '{}', { headers: { 'Content-Type': 'text/plain' } })
        await attempt(call, '{}', { headers: { Origin: 'https://evil.example' } })
        for (const name of Object.keys(call.body ?? {})) {
          const { [name]: _, ...rest } = call.body ?? {}
          await attempt(call, rest)
          for (const wrong of WRONG) await attempt(call, { ...rest, [name]: wrong })
        }
      }
      await attempt(call, undefined, { headers: { Host: 'evil.example' } })
      for (const [, name = ''] of operation.path.matchAll(/\{(\w+)\}/g)) {
        for (const wrong of [...BAD_IDS, ...ODD_IDS])
          await attempt({ ...call, params: { ...call.params, [name]: wrong } })
      }
      for (const { name, in: where } of operation.operation.parameters ?? []) {
        if (where === 'path') continue
        for (const wrong of BAD_WORDS) {
          if (where === 'query') await attempt({ ...call, query: `${name}=${wrong}` })
          else await attempt(call, undefined, { headers: { [name]: wrong } })
        }
        if (where === 'query') await attempt({ ...call, query: `${name}=1&${name}=2` })
      }
      expect(server.faults).toEqual([])
      expect(server.feed.watching.readers).toBe(0)
      expect((await server.ask('/healthz')).status).toBe(200)
    },
  )

  it.each(operations.filter(([, { method }]) => method !== 'get'))(
    '%s takes any JSON at all without a fault',
    async (id, operation) => {
      const server = await furnished()
      const names = Object.keys(VALID[id]?.body ?? { a: 1 })
      const body = fc.oneof(
        fc.jsonValue(),
        fc.dictionary(fc.constantFrom(...names, '__proto__', 'constructor'), fc.jsonValue(), { noNullPrototype: true }),
      )
      await fc.assert(
        fc.asyncProperty(body, async (sent) => {
          const before = await everything(server)
          const response = await request(server, operation, VALID[id] ?? {}, JSON.stringify(sent))
          await expectDocumented(server, operation, response, before, sent)
        }),
        { numRuns: 40 },
      )
      expect(server.faults).toEqual([])
    },
    60_000,
  )
})
