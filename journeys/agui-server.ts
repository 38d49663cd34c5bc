/**
 * Starts somebody else's AG-UI server: CopilotKit's runtime, as it comes from npm, in a process of its own, with an agent
 * of a few lines. Its wire, its SSE encoding, its CORS and its stop route are theirs.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface AgUiServer {
  /** Where runs are posted. */
  readonly url: string
  /** Lets every answer that pauses go on. */
  goOn(): void
  close(): Promise<void>
}

export async function startAgUiServer(): Promise<AgUiServer> {
  const script = fileURLToPath(new URL('agui-server.entry.ts', import.meta.url))
  const child = spawn(process.execPath, [script], {
    // It logs each request that it refuses.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, COPILOTKIT_TELEMETRY_DISABLED: 'true', DO_NOT_TRACK: '1', SCARF_ANALYTICS: 'false' },
  })
  const exited = once(child, 'exit')
  const [port] = (await Promise.race([
    once(child, 'message'),
    exited.then(([code]) => Promise.reject(new Error(`The AG-UI server exited with ${code} before it was ready.`))),
  ])) as [number]
  return {
    url: `http://127.0.0.1:${port}/api/agent/words/run`,
    goOn: () => void child.send('go on'),
    async close() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** What the agent says when it is asked for so many words. */
export function agentsWords(count: number): string {
  return Array.from({ length: count }, (_, n) => `w${n} `).join('')
}
