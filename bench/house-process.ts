/** A whole server in a process of its own, on its own data, for a measurement. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const SERVER = fileURLToPath(new URL('../apps/chat/serve.ts', import.meta.url))

export interface HouseProcess {
  readonly url: string
  /** Resident memory, in bytes. */
  memory(): number
  post(path: string, body: unknown): Promise<Response>
  close(): Promise<void>
}

/** The first line on its output ends with its URL. */
export async function startProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { url: line.split(' ').at(-1) ?? '', child }
}

export function memoryOf({ pid }: ChildProcess): number {
  const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

export async function startHouse(env: Readonly<Record<string, string>> = {}): Promise<HouseProcess> {
  const data = mkdtempSync(join(tmpdir(), 'holdfast-bench-'))
  const { url, child } = await startProcess([SERVER], { PORT: '0', HOLDFAST_DATA: data, HOLDFAST_LOG: 'error', ...env })
  return {
    url,
    memory: () => memoryOf(child),
    post: (path, body) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    async close() {
      child.kill('SIGKILL')
      await once(child, 'exit')
      rmSync(data, { recursive: true, force: true })
    },
  }
}
