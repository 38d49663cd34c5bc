/** Starts a test endpoint as a process of its own and ends it again. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { AguiRequest } from './agui-endpoint.ts'
import type { EndpointRequest } from './openai-endpoint.ts'

export interface Endpoint<Request = EndpointRequest> {
  /** As the process prints it. */
  readonly url: string
  requests(): Promise<readonly Request[]>
  close(): Promise<void>
}

/** The test provider. */
export const spawnEndpoint = (): Promise<Endpoint> => spawnScript('./openai-endpoint.ts')

/** The test AG-UI agent. */
export const spawnAguiEndpoint = (): Promise<Endpoint<AguiRequest>> => spawnScript('./agui-endpoint.ts')

async function spawnScript<Request>(name: string): Promise<Endpoint<Request>> {
  const script = fileURLToPath(new URL(name, import.meta.url))
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const [url] = (await Promise.race([
    once(lines, 'line'),
    exited.then(([code]) => Promise.reject(new Error(`The test endpoint exited with ${code} before it was ready.`))),
  ])) as [string]
  return {
    url,
    requests: async () => (await fetch(new URL('/requests', url))).json() as Promise<readonly Request[]>,
    async close() {
      child.kill('SIGTERM')
      await exited
    },
  }
}
