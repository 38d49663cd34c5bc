/** What an operator sees of a real server process. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { paths } from '@holdfast/core'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { type ServerProcess, startServerProcess } from './testing/server-process.ts'

const KEY = { roomId: 'default', threadId: 't1' }
const SECRET = 'a-key-nobody-may-see'
const WORDS = 'What I would never tell anybody'
const directory = mkdtempSync(join(tmpdir(), 'holdfast-operate-'))
const servers: ServerProcess[] = []
let datas = 0

afterEach(() => {
  for (const server of servers.splice(0)) server.kill()
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const freshData = () => join(directory, `data-${++datas}`)

async function serve(data: string, env: Record<string, string> = {}) {
  const server = await startServerProcess({ HOLDFAST_DATA: data, OPENAI_API_KEY: SECRET, ...env })
  servers.push(server)
  const { url } = server
  const post = (path: string, body: unknown) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${SECRET}` },
      body: JSON.stringify(body),
    })
  return {
    ...server,
    async figures() {
      const response = await fetch(`${url}/metrics`)
      expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
      return figuresIn(await response.text())
    },
    ask: (runId: string, script: object = { tokens: 5, intervalMs: 1 }) =>
      post(paths.runs(KEY), {
        runId,
        messages: [{ id: `${runId}-q`, role: 'user', content: WORDS }],
        forwardedProps: { script },
      }),
    status: async (runId: string) =>
      ((await (await fetch(`${url}${paths.run(KEY, runId)}`)).json()) as { status: string }).status,
    follow: () => fetch(`${url}${paths.log(KEY)}?live=sse`),
    cancel: (runId: string) => post(paths.cancelRun(KEY, runId), {}),
  }
}

/** Each sample by its name and labels. */
function figuresIn(text: string): Map<string, number> {
  const found = new Map<string, number>()
  for (const line of text.split('\n')) {
    const sample = /^([a-z0-9_:]+(?:\{.*\})?) (\S+)$/.exec(line)
    if (sample) found.set(sample[1] ?? '', Number(sample[2]))
  }
  return found
}

describe('what an operator sees of a server', { timeout: 40_000 }, () => {
  it('metrics that follow what happens at once', async () => {
    const server = await serve(freshData())
    const before = await server.figures()
    expect(before.get('holdfast_runs_accepted_total')).toBe(0)
    expect(before.get('holdfast_runs{state="running"}')).toBe(0)
    expect(before.get('holdfast_readers')).toBe(0)

    await server.ask('r1', { tokens: 3, hang: true })
    await vi.waitFor(async () => expect(await server.status('r1')).toBe('running'))
    expect((await server.ask('r2')).status).toBe(409)
    const stream = await server.follow()
    await vi.waitFor(async () => {
      const during = await server.figures()
      expect(during.get('holdfast_runs{state="running"}')).toBe(1)
      expect(during.get('holdfast_runs_active')).toBe(1)
      expect(during.get('holdfast_readers')).toBe(1)
      expect(during.get('holdfast_sent_records_total')).toBeGreaterThan(3)
      expect(during.get('holdfast_sent_bytes_total')).toBeGreaterThan(500)
    })
    await server.cancel('r1')
    await vi.waitFor(async () => expect(await server.status('r1')).toBe('cancelled'))
    await stream.body?.cancel()
    await server.ask('r3')
    await vi.waitFor(async () => expect(await server.status('r3')).toBe('succeeded'))
    await server.ask('r4', { tokens: 5, failAfter: 2 })
    await vi.waitFor(async () => expect(await server.status('r4')).toBe('failed'))

    await vi.waitFor(async () => expect((await server.figures()).get('holdfast_readers')).toBe(0))
    const after = await server.figures()
    expect(after.get('holdfast_runs_accepted_total')).toBe(3)
    expect(after.get('holdfast_runs_ended_total{outcome="cancelled",code=""}')).toBe(1)
    expect(after.get('holdfast_runs_ended_total{outcome="succeeded",code=""}')).toBe(1)
    expect(after.get('holdfast_runs_ended_total{outcome="failed",code="agent_error"}')).toBe(1)
    expect(after.get('holdfast_starts_refused_total{code="run_active"}')).toBe(1)
    expect(after.get('holdfast_runs{state="running"}')).toBe(0)
    expect(after.get('holdfast_runs{state="queued"}')).toBe(0)
    expect(after.get('holdfast_run_seconds_count{outcome="succeeded"}')).toBe(1)
    expect(after.get('holdfast_run_wait_seconds_count')).toBe(3)
    expect(after.get('holdfast_commit_seconds_count')).toBeGreaterThan(before.get('holdfast_commit_seconds_count') ?? 0)
    const route = '/v1/rooms/:roomId/threads/:threadId/runs'
    expect(after.get(`holdfast_http_requests_total{method="POST",route="${route}",status="202"}`)).toBe(3)
    for (const name of ['process_resident_memory_bytes', 'nodejs_heap_size_used_bytes']) {
      expect(after.get(name)).toBeGreaterThan(0)
    }
    expect(after.has('nodejs_eventloop_lag_p99_seconds')).toBe(true)
  })

  it('a log line for each change in a run’s life, and the same in events.jsonl, without secrets or content', async () => {
    const data = freshData()
    const first = await serve(data, { HOLDFAST_LOG: 'debug' })
    await first.ask('r1')
    await vi.waitFor(async () => expect(await first.status('r1')).toBe('succeeded'))
    await first.ask('r2', { tokens: 1, hang: true })
    await vi.waitFor(async () => expect(await first.status('r2')).toBe('running'))
    // The file is written asynchronously: lines that are not written when the process is killed are lost.
    await vi.waitFor(() => expect(readFileSync(join(data, 'events.jsonl'), 'utf8')).toMatch(/run_started.*"r2"/))
    first.kill()
    await first.exit
    const second = await serve(data, { HOLDFAST_LOG: 'debug' })
    expect(await second.stop()).toBe(0)

    const life = (text: string) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    const events = life(readFileSync(join(data, 'events.jsonl'), 'utf8'))
    expect(events).toMatchObject([
      { type: 'run_accepted', ...KEY, runId: 'r1', agentId: 'demo' },
      { type: 'run_started', ...KEY, runId: 'r1' },
      { type: 'run_ended', ...KEY, runId: 'r1', outcome: 'succeeded', startedAt: expect.any(String) },
      { type: 'run_accepted', ...KEY, runId: 'r2' },
      { type: 'run_started', ...KEY, runId: 'r2' },
      { type: 'run_ended', ...KEY, runId: 'r2', outcome: 'failed', code: 'worker_lost' },
      { type: 'orphans_settled', count: 1 },
    ])
    const logged = [...life(first.err()), ...life(second.err())]
    expect(logged.filter(({ event }) => event !== undefined).map(({ event, runId }) => [event, runId])).toEqual(
      events.filter(({ runId }) => runId !== undefined).map(({ type, runId }) => [type, runId]),
    )
    expect(logged.find(({ route, status }) => String(route).endsWith('/runs') && status === 202)).toMatchObject(KEY)
    for (const text of [first.err(), second.err(), JSON.stringify(events)]) {
      expect(text).not.toContain(SECRET)
      expect(text).not.toContain(WORDS)
    }
  })

  it('one sentence when traces cannot be sent, and normal runs when events.jsonl cannot be written', async () => {
    const data = freshData()
    mkdirSync(join(data, 'events.jsonl'), { recursive: true })
    const server = await serve(data, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', HOLDFAST_LOG: 'warn' })
    await server.ask('r1')
    await vi.waitFor(async () => expect(await server.status('r1')).toBe('succeeded'))
    await server.ask('r2')
    await vi.waitFor(async () => expect(await server.status('r2')).toBe('succeeded'))
    expect(await server.stop()).toBe(0)
    const lines = server.err().trimEnd().split('\n')
    expect(lines).toEqual([
      expect.stringContaining('npm install @opentelemetry/sdk-node'),
      expect.stringContaining('Cannot write events.jsonl'),
    ])
  })
})
