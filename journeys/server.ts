/**
 * A real server process with its own data and port, and what a journey does with it from outside.
 *
 * Owns: the processes, the temporary data. Does not know: the page.
 *
 * Invariant: after a kill and a restart it has the same data and the same address.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import {
  type CreateRoomBody,
  isEnded,
  type List,
  paths,
  type Run,
  type RunInThread,
  type StartBody,
  type ThreadKey,
  type ThreadSnapshot,
} from '@holdfast/core'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The script of the demo agent (docs/PROTOCOL.md, The demo agent). */
export interface Script {
  readonly tokens: number
  readonly intervalMs: number
  readonly prefix?: string
  readonly failAfter?: number
  readonly tool?: boolean
  readonly hang?: boolean
  readonly flood?: boolean
  readonly steps?: number
  readonly effect?: 'read' | 'idempotent' | 'effect'
  readonly subagents?: number
  readonly subagentSteps?: number
  readonly interrupt?: boolean
}

export interface HoldfastServer {
  readonly url: string
  readonly port: number
  /** Starts or restarts it, and waits until it reports that it is ready. */
  start(): Promise<void>
  /** SIGKILL: no time for last words. */
  kill(): Promise<void>
  /** SIGTERM; throws unless it drains and exits 0. A live run delays that by seconds. */
  stop(): Promise<void>
  /** Cancels the runs that have not ended, of the newest. */
  cancelRuns(): Promise<void>
  /** Stops what runs and removes the data. */
  dispose(): Promise<void>
  createRoom(body: CreateRoomBody): Promise<void>
  /** Starts a run of the demo agent whose text is exactly `scriptText(script)`, after those of the thread before it. */
  play(key: ThreadKey, script: Script, question?: string): Promise<Run>
  /** Asks an agent, by default the room's own. */
  ask(key: ThreadKey, question: string, agentId?: string): Promise<Run>
  snapshot(key: ThreadKey): Promise<ThreadSnapshot>
  /** What the agents have written in this thread, without the questions. */
  said(key: ThreadKey): Promise<string>
  /** Every run of the thread, oldest first. */
  runs(key: ThreadKey): Promise<readonly Run[]>
}

export function scriptText({ tokens, prefix = 't' }: Pick<Script, 'tokens' | 'prefix'>): string {
  return Array.from({ length: tokens }, (_, n) => `${prefix}${n} `).join('')
}

export async function createHoldfastServer(env: Readonly<Record<string, string>>): Promise<HoldfastServer> {
  const data = await mkdtemp(join(tmpdir(), 'holdfast-journey-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let child: ChildProcess | undefined

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    const ending = child
    child = undefined
    if (!ending || ending.exitCode !== null) return ending?.exitCode ?? null
    const exited = once(ending, 'exit')
    ending.kill(signal)
    const [code] = (await exited) as [number | null]
    return code
  }

  async function call<T>(path: string, body?: unknown): Promise<T> {
    const response = await fetch(url + path, {
      ...(body !== undefined && {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
  const snapshot = (key: ThreadKey) => call<ThreadSnapshot>(paths.thread(key))

  async function begin(key: ThreadKey, question: string, rest: Partial<StartBody>): Promise<Run> {
    const runId = crypto.randomUUID()
    const messages: StartBody['messages'] = [{ id: `${runId}.q`, role: 'user', content: question }]
    const { run } = await call<{ run: Run }>(paths.runs(key), { runId, messages, ...rest } satisfies StartBody)
    return run
  }

  return {
    url,
    port,
    async start() {
      child = spawn(process.execPath, ['apps/chat/serve.ts'], {
        cwd: ROOT,
        env: { ...process.env, PORT: String(port), HOST: '127.0.0.1', HOLDFAST_DATA: data, ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await ready(child)
    },
    async kill() {
      await end('SIGKILL')
    },
    async stop() {
      const code = await end('SIGTERM')
      if (code !== 0) throw new Error(`The server was asked to end and exited with ${code} instead of 0.`)
    },
    async cancelRuns() {
      const { items } = await call<List<RunInThread>>(paths.allRuns())
      const live = items.filter((run) => !isEnded(run))
      await Promise.all(live.map((run) => call(paths.cancelRun(run, run.runId), {}).catch(() => {})))
    },
    async dispose() {
      await end('SIGKILL')
      await rm(data, { recursive: true, force: true })
    },
    async createRoom(body) {
      await call(paths.rooms(), body)
    },
    play: (key, script, question = 'Say it') =>
      begin(key, question, { agentId: 'demo', onBusy: 'enqueue', forwardedProps: { script } }),
    ask: (key, question, agentId) => begin(key, question, agentId === undefined ? {} : { agentId }),
    snapshot,
    async said(key) {
      const { messages } = await snapshot(key)
      return messages.map((message) => (message.role === 'assistant' ? (message.content ?? '') : '')).join('')
    },
    async runs(key) {
      return (await snapshot(key)).runs
    },
  }
}

/** Whether every run of the thread has ended, at least one. */
export async function isQuiet(server: HoldfastServer, key: ThreadKey): Promise<boolean> {
  const runs = await server.runs(key)
  return runs.length > 0 && runs.every(isEnded)
}

/** Waits for the line with the address. */
async function ready(child: ChildProcess): Promise<void> {
  if (!child.stdout) throw new Error('The server has no output to read.')
  const lines = createInterface({ input: child.stdout })
  const said = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      if (line.includes('http://')) resolve()
    })
  })
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`The server exited with ${code} before it was ready.`)
  })
  // Once it is ready its end is expected: journeys kill it.
  died.catch(() => {})
  await Promise.race([said, died])
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('No free port.')
  return address.port
}
