/** A model provider: a separate process that speaks OpenAI's protocol (packages/server/src/testing/openai-endpoint.ts). */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const SCRIPT = fileURLToPath(new URL('../packages/server/src/testing/openai-endpoint.ts', import.meta.url))

export interface Provider {
  /** Up to and including `/v1`. */
  readonly url: string
  /** How many completions were asked for, and how many of those askers hung up. */
  asked(): Promise<{ readonly calls: number; readonly hungUp: number }>
  close(): Promise<void>
}

export async function startProvider(): Promise<Provider> {
  const child = spawn(process.execPath, [SCRIPT], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return {
    url,
    async asked() {
      const requests = (await (await fetch(new URL('/requests', url))).json()) as { closedBy: string }[]
      return { calls: requests.length, hungUp: requests.filter(({ closedBy }) => closedBy === 'asker').length }
    },
    async close() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** A question that this provider answers with exactly `wordsText(words)`, so many milliseconds apart. */
export function askForWords(words: number, ms: number): string {
  return `Say ${words} words, ${ms} ms apart.`
}

export function wordsText(words: number): string {
  return Array.from({ length: words }, (_, n) => `w${n} `).join('')
}
