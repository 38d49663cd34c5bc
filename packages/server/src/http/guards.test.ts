import { paths } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { StoreFault } from '../store/fault.ts'
import type { Action } from './access.ts'
import { ACTIONS, guardOf, type OperationId } from './actions.ts'
import { createTestServer, expectProblem, KEY } from './testing/test-server.ts'

const JSON_TYPE = { 'Content-Type': 'application/json' }
const room = JSON.stringify({ roomId: 'r1', title: 'x' })

describe('allowed hosts and origins', () => {
  it('answers loopback names only, so that no foreign name can be pointed at the server', async () => {
    const { ask } = await createTestServer()
    for (const host of ['localhost', 'localhost:4400', '127.0.0.1:1', '127.9.9.9', '[::1]:4400', 'chat.localhost']) {
      expect((await ask('/v1/rooms', undefined, { headers: { Host: host } })).status).toBe(200)
    }
    for (const host of [
      'evil.example',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      'x@localhost',
      '10.0.0.1',
      '',
    ]) {
      const problem = await expectProblem(
        await ask('/v1/rooms', undefined, { headers: { Host: host } }),
        403,
        'foreign_host',
      )
      expect(problem.detail).toContain('HOLDFAST_ORIGIN')
    }
  })

  it('answers probes with any Host, because they ask by IP address', async () => {
    const { ask } = await createTestServer({ metrics: async () => ({ contentType: 'text/plain', text: 'up 1' }) })
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      for (const Host of ['10.0.0.7:4400', 'holdfast.cluster.local', 'evil.example', 'x@y', '']) {
        expect((await ask(path, undefined, { headers: { Host } })).status).toBe(200)
      }
    }
    const Host = 'evil.example'
    for (const path of ['/healthz/', '/openapi.json', '/', '/metrics/x']) {
      await expectProblem(await ask(path, undefined, { headers: { Host } }), 403, 'foreign_host')
    }
  })

  it('also answers the host of its public origin', async () => {
    const { ask } = await createTestServer({ publicOrigin: 'https://chat.example' })
    const own = { Host: 'chat.example', Origin: 'https://chat.example', 'Sec-Fetch-Site': 'same-origin' }
    expect((await ask('/v1/rooms', { title: 'x' }, { headers: own })).status).toBe(201)
    await expectProblem(await ask('/v1/rooms', undefined, { headers: { Host: 'other.example' } }), 403, 'foreign_host')
  })

  it('lets only its own pages, and programs, change data', async () => {
    const { ask } = await createTestServer()
    const Host = '127.0.0.1:4400'
    const foreign: Record<string, string>[] = [
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { Origin: 'http://127.0.0.1:5173' },
      { Origin: 'https://127.0.0.1:4400' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { Origin: 'http://127.0.0.1:4400', 'Sec-Fetch-Site': 'cross-site' },
    ]
    for (const headers of foreign) {
      const problem = await expectProblem(
        await ask('/v1/rooms', { title: 'x' }, { headers: { Host, ...headers } }),
        403,
        'foreign_origin',
      )
      expect(problem.detail).toContain('HOLDFAST_ORIGIN')
    }
    for (const headers of [{}, { Origin: 'http://127.0.0.1:4400' }, { 'Sec-Fetch-Site': 'none' }]) {
      expect((await ask('/v1/rooms', { title: 'x' }, { headers: { Host, ...headers } })).status).toBe(201)
    }
  })

  it('accepts nothing that an HTML form could send', async () => {
    const { app } = await createTestServer()
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', '']) {
      const headers = type === '' ? {} : { 'Content-Type': type }
      const answer = await app.request('/v1/rooms', { method: 'POST', headers, body: room })
      await expectProblem(answer, 415, 'unsupported_media_type')
    }
    const headers = { 'Content-Type': 'Application/JSON; charset=utf-8' }
    expect((await app.request('/v1/rooms', { method: 'POST', headers, body: room })).status).toBe(201)
  })
})

describe('a body', () => {
  it('is refused if it is not JSON', async () => {
    const { app } = await createTestServer()
    for (const body of ['{"title":', 'nonsense', '{"title":"x",}', '\u0000']) {
      const answer = await app.request('/v1/rooms', { method: 'POST', headers: JSON_TYPE, body })
      await expectProblem(answer, 400, 'malformed_json')
    }
    await expectProblem(await app.request('/v1/rooms', { method: 'POST', headers: JSON_TYPE }), 422, 'invalid')
  })

  it('is refused over 1 MiB, whether or not its length was declared', async () => {
    const { app } = await createTestServer()
    const body = JSON.stringify({ title: 'x'.repeat(1024 * 1024) })
    const declared = { ...JSON_TYPE, 'Content-Length': String(body.length) }
    await expectProblem(
      await app.request('/v1/rooms', { method: 'POST', headers: declared, body }),
      413,
      'body_too_large',
    )
    await expectProblem(
      await app.request('/v1/rooms', { method: 'POST', headers: JSON_TYPE, body }),
      413,
      'body_too_large',
    )
  })

  it('refuses nesting deeper than 64, and survives a depth of 100,000', async () => {
    const { app } = await createTestServer()
    const nested = (depth: number) => `{"title":"x","deep":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
    const post = (body: string) => app.request('/v1/rooms', { method: 'POST', headers: JSON_TYPE, body })
    expect((await post(nested(64))).status).toBe(201)
    await expectProblem(await post(nested(65)), 422, 'too_deep')
    await expectProblem(await post('['.repeat(100_000)), 422, 'too_deep')
    expect((await post(`{"title":"${'['.repeat(100)}\\"${'{'.repeat(90)}"}`)).status).toBe(201)
  })
})

describe('a body with a mistake in every entry', () => {
  it('is refused before every entry is checked, wherever they are', async () => {
    const { ask, faults } = await createTestServer()
    const many = Array.from({ length: 150_000 }, () => ({}))
    for (const body of [
      { runId: 'r', messages: many },
      { runId: 'r', messages: [{ id: 'q', role: 'user', content: many }] },
      { runId: 'r', tools: many },
      many,
    ]) {
      await expectProblem(await ask(paths.runs(KEY), body), 422, 'invalid')
    }
    expect(faults).toEqual([])
  })
})

describe('half a character in a title', () => {
  it('is returned as it is stored, so that a retry is the same request', async () => {
    const { ask } = await createTestServer()
    const room = await ask('/v1/rooms', { roomId: 'r', title: 'x\ud83dy' })
    expect(await room.json()).toMatchObject({ title: 'x\ufffdy' })
    const thread = await ask(paths.threads('r'), { threadId: 't', title: '\ude00' })
    expect(await thread.json()).toMatchObject({ title: '\ufffd' })
  })
})

describe('a request without a route', () => {
  it('gets 404, 405 with the allowed methods, or a refusal that says the route is not available yet', async () => {
    const { ask } = await createTestServer()
    await expectProblem(await ask('/v1/nothing'), 404, 'not_found')
    await expectProblem(await ask('/'), 404, 'not_found')
    await expectProblem(await ask('/v1/rooms/%E0%A4%A'), 422, 'invalid')
    const wrong = await ask(paths.log(KEY), {})
    expect(wrong.headers.get('allow')).toBe('GET, HEAD')
    await expectProblem(wrong, 405, 'method_not_allowed')
    await expectProblem(
      await ask('/v1/agents', undefined, { method: 'DELETE', headers: JSON_TYPE }),
      405,
      'method_not_allowed',
    )
    await expectProblem(await ask('/agui/demo', {}), 422, 'not_supported')
  })

  it('HEAD answers as GET would, without the body', async () => {
    const server = await createTestServer()
    await server.start('r1')
    for (const path of ['/healthz', '/v1/rooms', paths.log(KEY), `${paths.log(KEY)}?live=sse`]) {
      const head = await server.ask(path, undefined, { method: 'HEAD' })
      expect([head.status, await head.text()]).toEqual([200, ''])
    }
    expect(server.feed.watching.readers).toBe(0)
  })
})

describe('authorisation', () => {
  it('S002-45 precedes every API route, with the key of its path: what may not be seen is a 404', async () => {
    const asked: [Action, string][] = []
    const { ask, app } = await createTestServer({
      async authorise(_principal, action, { roomId, threadId }) {
        asked.push([action, [roomId, threadId].join('/')])
        return false
      },
    })
    const routes = app.openAPIRegistry.definitions.flatMap((one) => (one.type === 'route' ? [one.route] : []))
    for (const { method, path } of routes) {
      if (!path.startsWith('/v1/')) continue
      const before = asked.length
      const at = path.replace('{roomId}', 'default').replace('{threadId}', 't1').replace('{runId}', 'r1')
      await expectProblem(
        await ask(at, ['post', 'patch', 'put'].includes(method) ? {} : undefined, { method: method.toUpperCase() }),
        404,
        'not_found',
      )
      expect(asked.length).toBe(before + 1)
      if (path.includes('{threadId}')) expect(asked.at(-1)?.[1]).toBe('default/t1')
    }
    const guarded = (Object.keys(ACTIONS) as OperationId[]).flatMap((id) => guardOf(id)?.action ?? [])
    expect(new Set(asked.map(([action]) => action))).toEqual(new Set(guarded))
  })
})

describe('when something fails', () => {
  it('answers each fault of the store with its own message, and reports it', async () => {
    const faults = [
      ['storage_full', 507, 'storage_full'],
      ['storage_failed', 503, 'storage_failed'],
      ['storage_busy', 503, 'storage_busy'],
      ['storage_closed', 503, 'draining'],
    ] as const
    for (const [code, status, problem] of faults) {
      const server = await createTestServer({
        wrap: (store) => ({
          ...store,
          rooms: { ...store.rooms, list: () => Promise.reject(new StoreFault(code, code)) },
        }),
      })
      await expectProblem(await server.ask('/v1/rooms'), status, problem)
      expect(server.faults).toHaveLength(1)
    }
  })

  it('reveals nothing of an unexpected error, reports it, and keeps working', async () => {
    const server = await createTestServer({
      wrap: (store) => ({ ...store, rooms: { ...store.rooms, list: () => Promise.reject(new Error('secret path')) } }),
    })
    const problem = await expectProblem(await server.ask('/v1/rooms'), 500, 'internal')
    expect(JSON.stringify(problem)).not.toContain('secret')
    expect(server.faults).toMatchObject([{ message: 'secret path' }])
    expect((await server.ask('/healthz')).status).toBe(200)
  })
})
