import { paths } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { createTestServer, KEY, readUntil } from './testing/test-server.ts'
import { type Answered, type Asked, addressIn } from './traffic.ts'

async function watched() {
  const asked: Asked[] = []
  const answers: Answered[] = []
  const server = await createTestServer({
    watch(request) {
      asked.push(request)
      return (answer) => answers.push(answer)
    },
    metrics: async () => ({ contentType: 'text/plain', text: 'figures' }),
  })
  return { server, asked, answers }
}

describe('an observer of the traffic', () => {
  it('gets every request by its route, with the code of its refusal', async () => {
    const { server, asked, answers } = await watched()
    await server.start('r1')
    await server.start('r2')
    await server.ask('/healthz')
    await server.ask('/v1/nowhere')
    await server.ask(paths.rooms(), '{', { body: '{' })
    await server.ask('/v1/rooms', undefined, { headers: { Host: 'evil.example' } })
    const route = '/v1/rooms/:roomId/threads/:threadId/runs'
    expect(answers.map(({ ms, ...answer }) => ({ ...answer, timed: ms >= 0 }))).toEqual([
      { method: 'POST', route, status: 202, timed: true },
      { method: 'POST', route, status: 409, code: 'run_active', timed: true },
      { method: 'GET', route: '/healthz', status: 200, timed: true },
      { method: 'GET', route: 'unmatched', status: 404, code: 'not_found', timed: true },
      { method: 'POST', route: '/v1/rooms', status: 400, code: 'malformed_json', timed: true },
      { method: 'GET', route: '/v1/rooms', status: 403, code: 'foreign_host', timed: true },
    ])
    expect(asked[0]).toMatchObject({ method: 'POST', ...KEY })
    expect(asked[0]?.header('content-type')).toBe('application/json')
  })

  it('gets a stream when it begins, and unexpected errors', async () => {
    const { server, answers } = await watched()
    await server.start('r1')
    await readUntil(await server.ask(`${paths.log(KEY)}?live=sse`), 'run.accepted')
    expect(answers.at(-1)).toMatchObject({ route: '/v1/rooms/:roomId/threads/:threadId/log', status: 200 })
    server.store.threads.list = () => Promise.reject(new Error('broken'))
    expect((await server.ask(paths.threads('default'))).status).toBe(500)
    expect(answers.at(-1)).toMatchObject({ status: 500, code: 'internal' })
  })
})

describe('an address in a path', () => {
  it('is what the path names, and no invalid id', () => {
    expect(addressIn('/v1/rooms/r/threads/t/runs/x/cancel')).toEqual({ roomId: 'r', threadId: 't', runId: 'x' })
    expect(addressIn('/v1/rooms/r/threads')).toEqual({ roomId: 'r' })
    for (const path of ['/', '/v1/rooms', '/v1/rooms/a%2Fb', `/v1/rooms/${'x'.repeat(129)}`, '/v1/rooms/r\n']) {
      expect(addressIn(path)).toEqual({})
    }
  })
})

describe('GET /metrics', () => {
  it('returns the metrics, or a refusal if there are none', async () => {
    const { server } = await watched()
    expect(await (await server.ask('/metrics')).text()).toBe('figures')
    expect((await (await createTestServer()).ask('/metrics')).status).toBe(422)
  })
})
