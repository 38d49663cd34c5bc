/** Every operation asks who it is and whether they may, before it does anything else. */
import { OpenAPIHono } from '@hono/zod-openapi'
import { describe, expect, it } from 'vitest'
import type { Credentials, Resource } from './access.ts'
import { ACTIONS, guardOf, type OperationId } from './actions.ts'
import { operationsOf } from './api-page.ts'
import { documentOf } from './document.ts'
import type { Env } from './env.ts'
import { refuseUnguarded } from './guarded.ts'
import { type Call, everything, furnished, PARAMS, request, VALID } from './testing/calls.ts'
import { createTestServer, expectProblem, KEY } from './testing/test-server.ts'

const { app } = await createTestServer({ metrics: async () => ({ contentType: 'text/plain', text: '' }) })
const operations = operationsOf(documentOf(app)).map((one) => [one.operation.operationId as OperationId, one] as const)
const guarded = operations.filter(([id]) => guardOf(id))
const inRooms = guarded.filter(([, { path }]) => path.includes('{roomId}'))

const refuse = async () =>
  ({ type: 'unauthorized', detail: 'Sign in and try again.', challenge: 'Bearer realm="holdfast"' }) as const
const deny = async () => false

/** Of an operation that can be a stream, the request that opens one; else undefined. */
const STREAMS: Partial<Record<OperationId, string>> = {
  readLog: 'live=sse',
  readRunEvents: 'live=sse',
}

describe('the table of actions', () => {
  it('lists every operation of the API, and no other', () => {
    expect(operations.map(([id]) => id).toSorted()).toEqual(Object.keys(ACTIONS).toSorted())
  })

  it('leaves open what probes and readers of the API ask for, and nothing else', () => {
    const open = operations.filter(([id]) => !guardOf(id)).map(([id]) => id)
    expect(open.toSorted()).toEqual(['getHealth', 'getMetrics', 'getOpenApi', 'getReadiness'])
  })

  it('a route that is no operation stops the server from starting', () => {
    const api = new OpenAPIHono<Env>()
    api.get('/v1/leak', (c) => c.text('all of it'))
    expect(() => refuseUnguarded(api)).toThrow('GET /v1/leak')
  })
})

describe('authentication', () => {
  it.each(guarded)(
    '%s answers 401 to a request without a known principal, and changes nothing',
    async (id, operation) => {
      const server = await furnished({ authenticate: refuse })
      const before = await everything(server)
      const queries = [VALID[id].query, STREAMS[id]].filter((query) => query !== undefined)
      const calls: Call[] = [VALID[id], ...queries.map((query) => ({ ...VALID[id], query })), { body: {} }]
      for (const call of calls) {
        const response = await request(server, operation, call)
        expect(response.headers.get('www-authenticate')).toBe('Bearer realm="holdfast"')
        const problem = await expectProblem(response, 401, 'unauthorized')
        expect(problem.detail).toBe('Sign in and try again.')
        expect(operation.operation.responses[401]?.['x-problem-codes']).toEqual(['unauthorized'])
      }
      expect(server.feed.watching.readers).toBe(0)
      expect(await everything(server)).toBe(before)
    },
  )

  it('sees the headers and the body, and what it answers is who acts', async () => {
    const seen: unknown[] = []
    const server = await furnished({
      async authenticate(asked: Credentials) {
        seen.push([asked.method, new URL(asked.url).pathname, asked.header('authorization'), await asked.text()])
        return { type: 'principal', principal: { tenantId: 'acme', personId: 'ann' } }
      },
    })
    const body = { roomId: 'anns', title: 'Hers' }
    const made = await server.ask('/v1/rooms', body, { headers: { Authorization: 'Bearer x' } })
    expect(made.status).toBe(201)
    expect(seen).toEqual([['POST', '/v1/rooms', 'Bearer x', JSON.stringify(body)]])
    const ann = { tenantId: 'acme', personId: 'ann' }
    expect(await server.store.rooms.get(ann, 'anns')).toMatchObject({ type: 'room' })
    await expectProblem(await server.ask('/v1/rooms/default'), 404, 'not_found')
  })

  it('that throws is answered 500, and the request is not carried out', async () => {
    const server = await furnished({ authenticate: () => Promise.reject(new Error('The directory is down.')) })
    await expectProblem(await server.ask('/v1/rooms/default'), 500, 'internal')
    expect(server.faults).toMatchObject([{ message: 'The directory is down.' }])
  })
})

describe('authorisation', () => {
  it.each(inRooms)('%s answers what is denied exactly as what does not exist', async (id, operation) => {
    const missing = await furnished()
    const denied = await furnished({ authorise: deny })
    const before = await everything(denied)
    const absent = { ...VALID[id], params: { ...VALID[id].params, roomId: 'nowhere' } }
    const expected = await expectProblem(await request(missing, operation, absent), 404, 'not_found')
    expect(await expectProblem(await request(denied, operation, VALID[id]), 404, 'not_found')).toEqual(expected)
    expect(await everything(denied)).toBe(before)
  })

  it.each(guarded)('%s is asked for once, by its action, with what its path and body name', async (id, operation) => {
    const asked: unknown[] = []
    const server = await furnished({
      authorise: async (principal, action, resource) => {
        asked.push([principal, action, resource])
        return true
      },
    })
    const response = await request(server, operation, VALID[id])
    await response.body?.cancel()
    const params = { ...PARAMS, ...VALID[id].params }
    const named = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as keyof typeof params)
    const threads = ['openFeed', 'pollFeed', 'reportPresence'].includes(id) ? { threads: [KEY] } : {}
    const resource: Resource = { ...Object.fromEntries(named.map((name) => [name, params[name]])), ...threads }
    expect(asked).toEqual([[{ tenantId: 'local', personId: 'local' }, guardOf(id)?.action, resource]])
  })

  it.each(guarded.filter(([id]) => id === 'openFeed' || STREAMS[id]))(
    '%s opens no stream before it may',
    async (id, operation) => {
      const may = Promise.withResolvers<boolean>()
      const asking = Promise.withResolvers<Resource>()
      const server = await furnished({
        authorise(_principal, _action, resource) {
          asking.resolve(resource)
          return may.promise
        },
      })
      const query = STREAMS[id]
      const answer = request(server, operation, { ...VALID[id], ...(query && { query }) })
      expect(await asking.promise).toMatchObject(id === 'openFeed' ? { threads: [KEY] } : KEY)
      expect(server.feed.watching.readers).toBe(0)
      may.resolve(false)
      await expectProblem(await answer, 404, 'not_found')
      expect(server.feed.watching.readers).toBe(0)
    },
  )

  it('of a body that is not valid is asked without threads, and its route refuses it', async () => {
    const asked: unknown[] = []
    const server = await furnished({
      authorise: async (_principal, _action, resource) => {
        asked.push(resource)
        return true
      },
    })
    for (const body of [{ threads: [{ ...KEY, after: -1 }] }, { threads: KEY }, [KEY]]) {
      await expectProblem(await server.ask('/v1/feed', body), 422, 'invalid')
    }
    expect(asked).toEqual([{}, {}, {}])
  })

  it('that throws is answered 500, and the request is not carried out', async () => {
    const server = await furnished({ authorise: () => Promise.reject(new Error('No roles.')) })
    await expectProblem(await server.ask('/v1/rooms/default'), 500, 'internal')
    expect(server.faults).toMatchObject([{ message: 'No roles.' }])
  })
})
