/**
 * A model provider: a separate process that speaks OpenAI's protocol (packages/server/src/testing/openai-endpoint.ts).
 * Its answers stop in the middle until a journey releases them, so that "mid-run" is a state and not a moment.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const SCRIPT = fileURLToPath(new URL('../packages/server/src/testing/openai-endpoint.ts', import.meta.url))

export interface Provider {
  /** Up to and including `/v1`. */
  readonly url: string
  /** Releases every answer that waits now. */
  goOn(): Promise<void>
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
    async goOn() {
      await fetch(new URL('/go', url), { method: 'POST' })
    },
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

export interface Words {
  readonly words: number
  /** What each begins with; `w` if absent. */
  readonly letter?: string
  /** After this many it waits for `goOn`. */
  readonly pauseAt?: number
  /** Between two words; 5 if absent. */
  readonly ms?: number
}

/** A question that this provider answers with exactly `wordsText` of the same. */
export function askFor({ words, letter, pauseAt, ms = 5 }: Words): string {
  const how = [letter && `with an ${letter}`, pauseAt !== undefined && `pausing at ${pauseAt}`].filter(Boolean)
  return `Say ${[`${words} words`, ...how].join(', ')}, ${ms} ms apart.`
}

/** The first `count` words of the answer; all of them if absent. */
export function wordsText({ words, letter = 'w' }: Words, count = words): string {
  return Array.from({ length: count }, (_, n) => `${letter}${n} `).join('')
}
