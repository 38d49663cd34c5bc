import { readFileSync } from 'node:fs'
import { isProblem, PROBLEM_STATUS } from '@holdfast/core'
import type { z } from '@hono/zod-openapi'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OperationId } from './actions.ts'
import { apiPage, operationsOf } from './api-page.ts'
import { documentOf } from './document.ts'
import { type Call, everything, furnished, type Operation, request, VALID } from './testing/calls.ts'
import { createTestServer, type TestServer } from './testing/test-server.ts'

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
    const response = await request(server, operation, VALID[id as OperationId] ?? {})
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
      const call = VALID[id as OperationId] ?? {}
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
      const names = Object.keys(VALID[id as OperationId]?.body ?? { a: 1 })
      const body = fc.oneof(
        fc.jsonValue(),
        fc.dictionary(fc.constantFrom(...names, '__proto__', 'constructor'), fc.jsonValue(), { noNullPrototype: true }),
      )
      await fc.assert(
        fc.asyncProperty(body, async (sent) => {
          const before = await everything(server)
          const response = await request(server, operation, VALID[id as OperationId] ?? {}, JSON.stringify(sent))
          await expectDocumented(server, operation, response, before, sent)
        }),
        { numRuns: 40 },
      )
      expect(server.faults).toEqual([])
    },
    60_000,
  )
})
