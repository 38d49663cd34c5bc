/** A whole server in a process of its own, on its own data, for a measurement. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const SERVER = fileURLToPath(new URL('../apps/chat/serve.ts', import.meta.url))

/** What is measured is the server: its configured agents run in its own process, where measures can reach them. */
const IN_PROCESS = { HOLDFAST_ISOLATE: 'off' }

export interface ServerProcess {
  /** Another one after each restart. */
  readonly url: string
  /** Resident memory, in bytes. */
  memory(): number
  /** Processor time of the process and of those it has started, in milliseconds. */
  cpuMs(): number
  /** What is in use of the main thread's heap after everything unused was thrown away; with `talk-agents.ts`. */
  heap(): Promise<number>
  /** To what its configuration listens for. */
  tell(order: string): void
  /** The same, and what it answers. */
  asked(order: string): Promise<unknown>
  post(path: string, body: unknown): Promise<Response>
  /** SIGKILL, and another process on the same data. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** The first line on its output ends with its URL. */
export async function startProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  if (!child.stdout) throw new Error('It has no output.')
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { url: line.split(' ').at(-1) ?? '', child }
}

export function memoryOf({ pid }: ChildProcess): number {
  const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

/** From `/proc`: one tick is 10 ms. */
function cpuOf(pid: number): number {
  const [, ticks = ''] = /\) (.*)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
  const fields = ticks.split(' ')
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  return (Number(fields[11]) + Number(fields[12])) * 10 + children.reduce((sum, each) => sum + cpuOf(Number(each)), 0)
}

export async function startServer(env: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  const data = mkdtempSync(join(tmpdir(), 'holdfast-bench-'))
  const start = () =>
    startProcess([SERVER], { PORT: '0', HOLDFAST_DATA: data, HOLDFAST_LOG: 'error', ...IN_PROCESS, ...env })
  let { url, child } = await start()

  async function kill(): Promise<void> {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  async function asked(order: string): Promise<unknown> {
    const answer = once(child, 'message')
    child.send(order)
    return ((await answer) as [unknown])[0]
  }

  return {
    get url() {
      return url
    },
    memory: () => memoryOf(child),
    cpuMs: () => cpuOf(child.pid ?? 0),
    heap: () => asked('heap') as Promise<number>,
    tell: (order) => void child.send(order),
    asked,
    post: (path, body) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    async restart() {
      await kill()
      const again = await start()
      url = again.url
      child = again.child
    },
    async close() {
      await kill()
      rmSync(data, { recursive: true, force: true })
    },
  }
}
