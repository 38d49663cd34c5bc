/** A real server process, from its ready line to its exit code. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type EndedRun, paths } from '@holdfast/core'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { bareEnvironment } from './testing/bare-environment.ts'
import { spokenBy } from './testing/spoken.ts'

const PROGRAM = fileURLToPath(new URL('../../../../apps/chat/serve.ts', import.meta.url))
const KEY = { roomId: 'default', threadId: 't1' }
const directory = mkdtempSync(join(tmpdir(), 'holdfast-serve-'))
const children: ChildProcess[] = []
let datas = 0

afterEach(() => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function run(env: Record<string, string>) {
  const child = spawn(process.execPath, [PROGRAM], { env: { ...bareEnvironment(), PORT: '0', ...env }, cwd: directory })
  children.push(child)
  const spoken = spokenBy(child)
  return {
    child,
    ...spoken,
    async ready() {
      await vi.waitFor(() => expect(spoken.out(), spoken.err()).toMatch(/\n/), { timeout: 15_000 })
      return spoken.out().trim().split(' ').at(-1) ?? ''
    },
  }
}

const freshData = () => join(directory, `data-${++datas}`)

function post(url: string, path: string, body: unknown): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' }
  return fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
}

const ask = (runId: string, script: unknown) => ({
  runId,
  messages: [{ id: `${runId}-q`, role: 'user', content: 'Hello' }],
  forwardedProps: { script },
})

describe('a server process', { timeout: 40_000 }, () => {
  it('prints one line with its URL when it is ready, has the room `default`, drains at SIGTERM and exits 0', async () => {
    const server = run({ HOLDFAST_DATA: freshData() })
    const url = await server.ready()
    expect(server.out()).toBe(`Holdfast is ready: ${url}\n`)
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    expect(await (await fetch(`${url}/v1/rooms/default`)).json()).toMatchObject({ roomId: 'default', agentId: 'demo' })

    // A run that has a moment to end, and a reader that sees its end and then the end of the stream.
    expect((await post(url, paths.runs(KEY), ask('r1', { tokens: 20, intervalMs: 50 }))).status).toBe(202)
    const stream = await fetch(`${url}${paths.log(KEY)}?live=sse`)
    await vi.waitFor(async () => {
      expect(await (await fetch(`${url}${paths.run(KEY, 'r1')}`)).json()).toMatchObject({ status: 'running' })
    })
    server.child.kill('SIGTERM')
    await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(503))
    expect((await post(url, paths.runs({ ...KEY, threadId: 't2' }), ask('r2', { tokens: 1 }))).status).toBe(503)
    expect(await stream.text()).toContain('"run.ended","outcome":{"type":"succeeded"}')
    expect(await server.exit).toBe(0)
    expect(server.out()).toBe(`Holdfast is ready: ${url}\n`)
  })

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'G15 at %s ends every stream in order, and tells none that its thread was deleted',
    async (signal) => {
      const server = run({ HOLDFAST_DATA: freshData() })
      const url = await server.ready()
      await post(url, paths.runs(KEY), ask('r1', { tokens: 30, intervalMs: 50 }))
      const threads = [
        { ...KEY, after: 0 },
        { ...KEY, threadId: 'not-yet', after: 0 },
      ]
      const { cursor } = (await (await fetch(`${url}${paths.inbox()}`)).json()) as { cursor: string }
      const streams = await Promise.all([
        post(url, paths.feed(), { inbox: cursor, threads }),
        post(url, paths.feed(), { threads }),
        fetch(`${url}${paths.log(KEY)}?live=sse`),
        fetch(`${url}${paths.runEvents(KEY, 'r1')}?live=sse`),
      ])
      await vi.waitFor(async () => {
        expect(await (await fetch(`${url}${paths.run(KEY, 'r1')}`)).json()).toMatchObject({ status: 'running' })
      })
      server.child.kill(signal)
      const said = await Promise.all(streams.map((stream) => stream.text()))
      for (const text of said) {
        expect(text).toContain('RUN_FINISHED')
        expect(text).not.toContain('deleted')
        expect(text).not.toContain('resync')
      }
      expect(await server.exit).toBe(0)
    },
  )

  it('G4 keeps what was seen across SIGKILL, and settles unfinished runs', async () => {
    const data = freshData()
    const killed = run({ HOLDFAST_DATA: data })
    const before = await killed.ready()
    await post(before, paths.runs(KEY), ask('r1', { tokens: 1_000, intervalMs: 20 }))
    const seen = await vi.waitFor(async () => {
      const text = await (await fetch(`${before}${paths.log(KEY)}`)).text()
      expect(text).toContain('t5 ')
      return text
    })
    killed.child.kill('SIGKILL')
    await killed.exit
    const again = run({ HOLDFAST_DATA: data })
    const url = await again.ready()
    const { envelopes } = JSON.parse(seen) as { envelopes: unknown[] }
    const after = (await (await fetch(`${url}${paths.log(KEY)}`)).json()) as { envelopes: unknown[] }
    expect(after.envelopes.slice(0, envelopes.length)).toEqual(envelopes)
    const ended = (await (await fetch(`${url}${paths.run(KEY, 'r1')}`)).json()) as EndedRun
    expect(ended.outcome).toMatchObject({ type: 'failed', code: 'worker_lost' })
  })

  it('refuses a port in use with one sentence, and exits 1', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as AddressInfo
    const server = run({ HOLDFAST_DATA: freshData(), PORT: String(port) })
    expect(await server.exit).toBe(1)
    expect(server.err()).toBe(
      `holdfast: Port ${port} on 127.0.0.1 is in use. Stop the program that uses it, or choose another port with PORT.\n`,
    )
    expect(server.out()).toBe('')
    taken.close()
  })

  it('refuses an invalid data directory, and data that another server holds', async () => {
    const file = join(directory, 'a-file')
    writeFileSync(file, 'not a directory')
    const nowhere = run({ HOLDFAST_DATA: join(file, 'data') })
    expect(await nowhere.exit).toBe(1)
    expect(nowhere.err()).toMatch(/^holdfast: .*HOLDFAST_DATA.*\n$/)

    const foreign = join(directory, 'foreign')
    mkdirSync(foreign)
    writeFileSync(join(foreign, 'holdfast.db'), 'this is somebody else’s file, and no database at all'.repeat(100))
    const refused = run({ HOLDFAST_DATA: foreign })
    expect(await refused.exit).toBe(1)
    expect(refused.err()).toMatch(/^holdfast: .*\n$/)

    const data = freshData()
    const first = run({ HOLDFAST_DATA: data })
    const url = await first.ready()
    const second = run({ HOLDFAST_DATA: data })
    expect(await second.exit).toBe(1)
    expect(second.err()).toMatch(/^holdfast: Another server .*\n$/)
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
  })

  it('refuses an invalid environment, naming the variable', async () => {
    const open = run({ HOLDFAST_DATA: freshData(), HOST: '0.0.0.0' })
    const wrong = run({ HOLDFAST_DATA: freshData(), PORT: 'nonsense' })
    expect([await open.exit, await wrong.exit]).toEqual([1, 1])
    expect(open.err()).toMatch(/^holdfast: HOST is 0\.0\.0\.0.*HOLDFAST_AUTH.*\n$/)
    expect(wrong.err()).toMatch(/^holdfast: PORT .*\n$/)
  })

  it('exits at once at a second signal', async () => {
    const server = run({ HOLDFAST_DATA: freshData() })
    const url = await server.ready()
    await post(url, paths.runs(KEY), ask('r1', { tokens: 1, hang: true }))
    await vi.waitFor(async () => {
      expect(await (await fetch(`${url}${paths.run(KEY, 'r1')}`)).json()).toMatchObject({ status: 'running' })
    })
    await vi.waitFor(
      () => {
        server.child.kill('SIGINT')
        expect(server.child.exitCode).not.toBeNull()
      },
      { timeout: 4_000 },
    )
    expect(await server.exit).toBe(130)
  })

  it('I5 keeps running when the reader of its log goes away', async () => {
    const server = run({ HOLDFAST_DATA: freshData(), HOLDFAST_LOG: 'debug' })
    const url = await server.ready()
    await post(url, paths.runs(KEY), ask('r1', { tokens: 10, intervalMs: 20 }))
    server.child.stdout.destroy()
    server.child.stderr.destroy()
    await vi.waitFor(async () => {
      expect(await (await fetch(`${url}${paths.run(KEY, 'r1')}`)).json()).toMatchObject({ status: 'succeeded' })
    })
    server.child.kill('SIGTERM')
    expect(await server.exit).toBe(0)
  })

  it('drains at a signal that arrives twice at once, as Ctrl-C under npm does', async () => {
    const server = run({ HOLDFAST_DATA: freshData() })
    const url = await server.ready()
    await post(url, paths.runs(KEY), ask('r1', { tokens: 10, intervalMs: 50 }))
    server.child.kill('SIGINT')
    server.child.kill('SIGTERM')
    expect(await server.exit).toBe(0)
  })

  it.each([
    ['SIGHUP, as when its terminal is closed', 'SIGHUP', 0],
    ['SIGINT', 'SIGINT', 0],
  ] as const)('drains at %s: a run has a moment to end', async (_, signal, code) => {
    const data = freshData()
    const server = run({ HOLDFAST_DATA: data })
    const url = await server.ready()
    expect((await post(url, paths.runs(KEY), ask('r1', { tokens: 10, intervalMs: 50 }))).status).toBe(202)
    await vi.waitFor(async () => {
      expect(await (await fetch(`${url}${paths.run(KEY, 'r1')}`)).json()).toMatchObject({ status: 'running' })
    })
    server.child.kill(signal)
    expect(await server.exit).toBe(code)
    const again = await run({ HOLDFAST_DATA: data }).ready()
    expect(await (await fetch(`${again}${paths.run(KEY, 'r1')}`)).json()).toMatchObject({ status: 'succeeded' })
  })

  it.each([
    ['SIGTERM', 'SIGINT', 130],
    ['SIGINT', 'SIGHUP', 129],
    ['SIGHUP', 'SIGTERM', 143],
  ] as const)('exits at once where %s is followed by a later %s', async (first, second, code) => {
    const server = run({ HOLDFAST_DATA: freshData() })
    const url = await server.ready()
    await post(url, paths.runs(KEY), ask('r1', { tokens: 1, hang: true }))
    await vi.waitFor(async () => {
      expect(await (await fetch(`${url}${paths.run(KEY, 'r1')}`)).json()).toMatchObject({ status: 'running' })
    })
    server.child.kill(first)
    await vi.waitFor(
      () => {
        server.child.kill(second)
        expect(server.child.exitCode).not.toBeNull()
      },
      { timeout: 4_000 },
    )
    expect(await server.exit).toBe(code)
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'stops at %s while it still starts, whatever it waits for, and touches no data',
    async (signal) => {
      const data = freshData()
      writeFileSync(
        join(directory, 'endless.mjs'),
        'process.stderr.write("loading\\n"); await new Promise(() => setInterval(() => {}, 1_000)); export default {}',
      )
      const server = run({ HOLDFAST_DATA: data, HOLDFAST_CONFIG: './endless.mjs' })
      await vi.waitFor(() => expect(server.err()).toContain('loading'), { timeout: 15_000 })
      server.child.kill(signal)
      expect(await server.exit).toBe(0)
      expect(server.out()).toBe('')
      expect(existsSync(data)).toBe(false)
    },
  )

  it('starts no queued run if it is stopped before it is ready', async () => {
    const data = freshData()
    writeFileSync(join(directory, 'one.mjs'), 'export default { limits: { maxConcurrentRuns: 1 } }')
    const first = run({ HOLDFAST_DATA: data, HOLDFAST_CONFIG: './one.mjs' })
    const before = await first.ready()
    const other = { ...KEY, threadId: 't2' }
    await post(before, paths.runs(KEY), ask('r1', { tokens: 1, hang: true }))
    await vi.waitFor(async () => {
      expect(await (await fetch(`${before}${paths.run(KEY, 'r1')}`)).json()).toMatchObject({ status: 'running' })
    })
    await post(before, paths.runs(other), ask('r2', { tokens: 1, hang: true }))
    expect(await (await fetch(`${before}${paths.run(other, 'r2')}`)).json()).toMatchObject({ status: 'queued' })
    first.child.kill('SIGKILL')
    await first.exit
    // It stops itself during its start, when its store is already open.
    writeFileSync(
      join(directory, 'hasty.mjs'),
      `import { Server } from 'node:http'
       const { listen } = Server.prototype
       Server.prototype.listen = function (...given) {
         process.kill(process.pid, 'SIGTERM')
         setTimeout(() => listen.apply(this, given), 100)
         return this
       }
       export default {}`,
    )
    const hasty = run({ HOLDFAST_DATA: data, HOLDFAST_CONFIG: './hasty.mjs', HOLDFAST_ISOLATE: 'off' })
    expect(await hasty.exit).toBe(0)
    expect(hasty.out()).toBe('')
    const url = await run({ HOLDFAST_DATA: data }).ready()
    // Not failed, because no closing process had claimed it.
    await vi.waitFor(async () => {
      expect(await (await fetch(`${url}${paths.run(other, 'r2')}`)).json()).toMatchObject({ status: 'running' })
    })
  })

  it('adds the agent `model` if one is configured, as the default, even in data that had only the demo', async () => {
    const data = freshData()
    const before = run({ HOLDFAST_DATA: data })
    const made = await before.ready()
    expect(await (await fetch(`${made}/v1/rooms/default`)).json()).toMatchObject({ agentId: 'demo' })
    before.child.kill('SIGTERM')
    expect(await before.exit).toBe(0)
    const server = run({ HOLDFAST_DATA: data, OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', OPENAI_MODEL: 'some' })
    const url = await server.ready()
    expect(await (await fetch(`${url}/v1/rooms/default`)).json()).toMatchObject({ agentId: 'model' })
    expect(await (await fetch(`${url}/v1/agents`)).json()).toMatchObject({
      items: [{ agentId: 'demo' }, { agentId: 'model', title: 'some' }],
    })
  })

  it('takes its agents from HOLDFAST_CONFIG and AGUI_URL, in TypeScript, and runs them', async () => {
    const agents = fileURLToPath(new URL('../index.ts', import.meta.url))
    writeFileSync(
      join(directory, 'holdfast.config.ts'),
      `import { defineAgent, defineConfig } from ${JSON.stringify(agents)}
       const echo = defineAgent({
         id: 'echo',
         async *run({ messages }: { messages: readonly object[] }) {
           yield { type: 'TEXT_MESSAGE_CHUNK', messageId: 'm', delta: \`I heard \${messages.length}.\` } as never
         },
       })
       export default defineConfig({ agents: [echo], defaultAgent: 'echo' })`,
    )
    const server = run({
      HOLDFAST_DATA: freshData(),
      HOLDFAST_CONFIG: './holdfast.config.ts',
      AGUI_URL: 'http://127.0.0.1:9/agent',
    })
    const url = await server.ready()
    expect(await (await fetch(`${url}/v1/agents`)).json()).toMatchObject({
      items: [{ agentId: 'demo' }, { agentId: 'remote', title: '127.0.0.1:9' }, { agentId: 'echo' }],
    })
    expect((await post(url, paths.runs(KEY), ask('r1', undefined))).status).toBe(202)
    await vi.waitFor(async () => {
      expect(await (await fetch(`${url}${paths.run(KEY, 'r1')}`)).json()).toMatchObject({
        agentId: 'echo',
        status: 'succeeded',
      })
    })
  })

  it('refuses an invalid configuration with one sentence, before it touches anything', async () => {
    const data = freshData()
    writeFileSync(join(directory, 'twice.mjs'), 'export default { agents: [{ id: "demo", title: "x", run() {} }] }')
    const missing = run({ HOLDFAST_DATA: data, HOLDFAST_CONFIG: './nowhere.ts' })
    const twice = run({ HOLDFAST_DATA: data, HOLDFAST_CONFIG: './twice.mjs' })
    expect([await missing.exit, await twice.exit]).toEqual([1, 1])
    expect(missing.err()).toMatch(/^holdfast: HOLDFAST_CONFIG is \.\/nowhere\.ts, but there is no such file.*\n$/)
    expect(twice.err()).toBe('holdfast: Two agents have the id "demo". Give one of them another id.\n')
    expect(existsSync(data)).toBe(false)
  })
})
