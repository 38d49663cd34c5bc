/** Starts the test provider as a process of its own and ends it again. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { EndpointRequest } from './openai-endpoint.ts'

export interface Endpoint {
  /** Up to and including `/v1`. */
  readonly url: string
  requests(): Promise<readonly EndpointRequest[]>
  close(): Promise<void>
}

export async function spawnEndpoint(): Promise<Endpoint> {
  const script = fileURLToPath(new URL('./openai-endpoint.ts', import.meta.url))
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const [url] = (await Promise.race([
    once(lines, 'line'),
    exited.then(([code]) => Promise.reject(new Error(`The test provider exited with ${code} before it was ready.`))),
  ])) as [string]
  return {
    url,
    requests: async () => (await fetch(new URL('/requests', url))).json() as Promise<readonly EndpointRequest[]>,
    async close() {
      child.kill('SIGTERM')
      await exited
    },
  }
}
