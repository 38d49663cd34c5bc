import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventType } from '@ag-ui/core'
import { type EndedRun, paths } from '@holdfast/core'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { defineAgent } from '../agents/define-agent.ts'
import type { Access } from '../http/access.ts'
import { StoreFault } from '../store/fault.ts'
import { LOCAL_PRINCIPAL } from '../store/principal.ts'
import { StoreOpenError } from '../store/sqlite/index.ts'
import { createSharedClock, openInThread } from '../store/sqlite/testing/harness.ts'
import { ConfigError } from './config.ts'
import { whyNotStarted } from './refusal-to-start.ts'
import { type ServerOptions, startServer } from './server.ts'
import { systemClock } from './system-clock.ts'

const KEY = { roomId: 'default', threadId: 't1' }
const directory = mkdtempSync(join(tmpdir(), 'holdfast-server-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const options = (data: string, more: Partial<ServerOptions> = {}): ServerOptions => ({
  host: '127.0.0.1',
  port: 0,
  dataDirectory: join(directory, data),
  report: vi.fn(),
  log: vi.fn(),
  ...more,
})

const hanging = {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({
    runId: 'r1',
    messages: [{ id: 'q', role: 'user', content: 'Hello' }],
    forwardedProps: { script: { tokens: 3, intervalMs: 1, hang: true } },
  }),
}

describe('a server in this process', () => {
  it('keeps the given limits and default agent, and refuses an unknown agent', async () => {
    const quiet = { id: 'quiet', title: 'Quiet', async *run() {} }
    const limits = { run: { maxEvents: 2 } }
    const server = await startServer(options('limits', { agents: [quiet], defaultAgent: 'quiet', limits, drainMs: 0 }))
    expect(await (await fetch(`${server.url}/v1/rooms/default`)).json()).toMatchObject({ agentId: 'quiet' })
    const body = JSON.stringify({ ...JSON.parse(hanging.body), agentId: 'demo' })
    await fetch(`${server.url}${paths.runs(KEY)}`, { ...hanging, body })
    await vi.waitFor(async () => {
      const run = (await (await fetch(`${server.url}${paths.run(KEY, 'r1')}`)).json()) as EndedRun
      expect(run.outcome).toMatchObject({ type: 'failed', code: 'limit_exceeded' })
    })
    await server.close()
    const refused = await startServer(options('nobody', { defaultAgent: 'nobody' })).catch((error: unknown) => error)
    expect(whyNotStarted(refused, { host: 'h', port: 1 })).toBe('The default agent "nobody" is not among the agents.')
  })

  it('dates what it delivers by the wall clock, also if that was set after the start', async () => {
    const dated = Promise.withResolvers<number>()
    const receiver = createServer((request, response) => {
      dated.resolve(Number(request.headers['webhook-timestamp']) * 1_000)
      response.end()
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const clock = { ...systemClock, now: () => systemClock.now() - 86_400_000 }
    const server = await startServer(options('dated', { clock, privateWebhooks: true, drainMs: 0 }))
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
    const json = { ...hanging, body: JSON.stringify({ url }) }
    expect((await fetch(`${server.url}/v1/rooms/default/webhooks`, json)).status).toBe(201)
    await fetch(`${server.url}${paths.cancelRun(KEY, 'r1')}`, { ...hanging, body: '{}' })
    await fetch(`${server.url}${paths.runs(KEY)}`, hanging)
    expect(Math.abs((await dated.promise) - Date.now())).toBeLessThan(60_000)
    await server.close()
    receiver.close()
  })

  it('warns if its data is dated in the future, and still finds queued runs', async () => {
    const clock = createSharedClock(Date.UTC(2140, 0, 1))
    const wrong = await openInThread({ directory: join(directory, 'ahead'), clock, publish() {} })
    await wrong.rooms.create(LOCAL_PRINCIPAL, { roomId: 'default', title: 'Default', agentId: 'demo' })
    await wrong.close()
    const warn = vi.fn()
    const server = await startServer(options('ahead', { warn }))
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^The newest record is dated 2140-01-01T.*, \d+ days ahead/)],
    ])
    await fetch(`${server.url}${paths.runs(KEY)}`, hanging)
    const year = new Date().getUTCFullYear()
    const query = `since=${year}-01-01T00:00:00Z&until=${year + 1}-01-01T00:00:00Z`
    const found = (await (await fetch(`${server.url}/v1/runs?${query}`)).json()) as { items: { runId: string }[] }
    expect(found.items.map(({ runId }) => runId)).toEqual(['r1'])
    await server.close()

    const quiet = vi.fn()
    const other = await startServer(options('not-ahead', { warn: quiet }))
    await other.close()
    expect(quiet).not.toHaveBeenCalled()
  })

  it('asks the access that it is given for every request, and opens no stream without it', async () => {
    const asked: string[] = []
    const access: Access = {
      async authenticate(request) {
        asked.push(await request.text())
        if (request.header('authorization') === 'Bearer ann') {
          return { type: 'principal', principal: { ...LOCAL_PRINCIPAL, personId: 'ann' } }
        }
        return { type: 'unauthorized', detail: 'Sign in.', challenge: 'Bearer' }
      },
      authorise: async (_principal, _action, { threads = [] }) => threads.every(({ threadId }) => threadId !== 'hers'),
    }
    const server = await startServer(options('access', { access }))
    const feedOf = (threadId: string, more = {}) => {
      const body = JSON.stringify({ threads: [{ roomId: 'default', threadId, after: 0 }] })
      const headers = { 'Content-Type': 'application/json', ...more }
      return fetch(`${server.url}/v1/feed`, { method: 'POST', headers, body })
    }
    const ann = { Authorization: 'Bearer ann' }
    const refused = await feedOf('t1')
    expect([refused.status, refused.headers.get('content-type')]).toEqual([401, 'application/problem+json'])
    expect(asked).toEqual([expect.stringContaining('"t1"')])
    expect((await feedOf('hers', ann)).status).toBe(404)
    const open = await feedOf('t1', ann)
    expect([open.status, open.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    await open.body?.cancel()
    expect((await fetch(`${server.url}/v1/rooms`)).status).toBe(401)
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    await server.close()
  })

  it('gives an agent the attention of its thread as a page has reported it', async () => {
    const heard: string[] = []
    const curious = defineAgent({
      id: 'curious',
      async *run(_input, { attention }) {
        const value = attention()
        heard.push(value)
        yield { type: EventType.CUSTOM, name: 'looked-at', value }
      },
    })
    const server = await startServer(options('presence', { agents: [curious], defaultAgent: 'curious', drainMs: 0 }))
    const headers = { 'Content-Type': 'application/json' }
    const presence = JSON.stringify({ deviceId: 'tab', state: 'focused', thread: KEY })
    const said = await fetch(`${server.url}${paths.presence()}`, { method: 'PUT', headers, body: presence })
    expect(said.status).toBe(204)
    await fetch(`${server.url}${paths.runs(KEY)}`, hanging)
    await fetch(`${server.url}${paths.runs({ ...KEY, threadId: 't2' })}`, hanging)
    await vi.waitFor(() => expect(heard.toSorted()).toEqual(['focused', 'none']))
    await server.close()
  })

  it('G4 closes in order: runs end, readers see it, the data is released', async () => {
    const server = await startServer(options('a', { drainMs: 50 }))
    await fetch(`${server.url}${paths.runs(KEY)}`, hanging)
    const stream = await fetch(`${server.url}${paths.log(KEY)}?live=sse`)
    await vi.waitFor(async () => {
      expect(await (await fetch(`${server.url}${paths.log(KEY)}`)).text()).toContain('t2 ')
    })
    const closed = server.close()
    expect(server.close()).toBe(closed)
    expect(await stream.text()).toMatch(/t2 [\s\S]*"run\.ended","outcome":\{"type":"failed","code":"worker_lost"/)
    await closed
    await expect(fetch(server.url)).rejects.toThrow()

    const again = await startServer(options('a'))
    const run = (await (await fetch(`${again.url}${paths.run(KEY, 'r1')}`)).json()) as EndedRun
    expect(run.outcome).toMatchObject({ type: 'failed', code: 'worker_lost' })
    await again.close()
  })

  it('leaves nothing open if its port is in use', async () => {
    const first = await startServer(options('b'))
    const port = Number(new URL(first.url).port)
    await expect(startServer(options('c', { port }))).rejects.toMatchObject({ code: 'EADDRINUSE' })
    const other = await startServer(options('c'))
    await Promise.all([first.close(), other.close()])
  })
})

describe('why a server did not start', () => {
  const why = (error: unknown) => whyNotStarted(error, { host: '127.0.0.1', port: 80 })
  const node = (code: string) => Object.assign(new Error(code), { code })

  it('is one sentence that names what to change', () => {
    expect(why(node('EADDRINUSE'))).toContain('PORT')
    expect(why(node('EACCES'))).toContain('PORT')
    expect(why(node('EADDRNOTAVAIL'))).toContain('HOST')
    expect(why(new ConfigError('Set it.'))).toBe('Set it.')
    expect(why(new StoreOpenError('locked', 'Stop the other.'))).toBe('Stop the other.')
    expect(why(new StoreFault('storage_full', 'The disk is full.'))).toContain('The disk is full.')
  })

  it('is a stack if it was unexpected', () => {
    expect(why(node('EWHATEVER'))).toBeUndefined()
    expect(why(new Error('x'))).toBeUndefined()
    expect(why('x')).toBeUndefined()
  })
})
