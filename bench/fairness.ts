/**
 * Whether threads wait for each other: the time from a start in a new thread to its first token, alone and beside
 * twenty followed threads that stream, in alternating rounds, in one server process with its store on disk. The agent
 * sends its first token at once, so the server is what is measured. `node bench/fairness.ts` prints the table.
 */
import { paths, type ThreadKey } from '@holdfast/core'
import { runAlone } from './alone.ts'
import { atMost, type BenchSection, median, onlyHere } from './report.ts'
import { type ServerProcess, startServer } from './server-process.ts'

const ROUNDS = 4
const SAMPLES = 25
const NEIGHBOURS = 20
/** The speed of a fast model. */
const TOKENS_APART_MS = 20
const FIRST_TOKEN = '"type":"TEXT_MESSAGE_CONTENT"'

let asked = 0
const newKey = (name: string): ThreadKey => ({ roomId: 'default', threadId: `${name}-${++asked}` })

async function ask(server: ServerProcess, key: ThreadKey, tokens: number, intervalMs: number): Promise<void> {
  const messages = [{ id: 'q', role: 'user', content: 'Well?' }]
  const forwardedProps = { script: { tokens, intervalMs } }
  const response = await server.post(paths.runs(key), { runId: 'run', messages, agentId: 'demo', forwardedProps })
  if (response.status !== 202) throw new Error(`${key.threadId}: ${response.status} ${await response.text()}`)
  await response.body?.cancel()
}

/** Follows the threads over one connection; `see` gets every chunk of it. */
async function follow(
  server: ServerProcess,
  threads: readonly ThreadKey[],
  see: (text: string) => void,
): Promise<{ stop(): Promise<void> }> {
  const aborted = new AbortController()
  const response = await fetch(server.url + paths.feed(), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ threads: threads.map((key) => ({ ...key, after: 0 })) }),
    signal: aborted.signal,
  })
  if (!response.body) throw new Error(`The connection answered ${response.status}.`)
  const text = response.body.pipeThrough(new TextDecoderStream())
  const over = (async () => {
    for await (const piece of text) see(piece)
  })().catch(() => {})
  return {
    async stop() {
      aborted.abort()
      await over
    },
  }
}

/** Milliseconds from the start to the first token, each in its own thread. */
async function firstTokens(server: ServerProcess): Promise<number[]> {
  const times: number[] = []
  for (let n = 0; n < SAMPLES; n++) {
    const key = newKey('new')
    const { promise, resolve } = Promise.withResolvers<number>()
    const reader = await follow(server, [key], (text) => {
      if (text.includes(FIRST_TOKEN)) resolve(performance.now())
    })
    const began = performance.now()
    await ask(server, key, 1, 0)
    times.push((await promise) - began)
    await reader.stop()
  }
  return times
}

/** Twenty followed threads that stream until they are stopped. */
async function neighbours(server: ServerProcess): Promise<() => Promise<void>> {
  const keys = Array.from({ length: NEIGHBOURS }, () => newKey('neighbour'))
  const speaking = new Set<string>()
  const all = Promise.withResolvers<void>()
  const reader = await follow(server, keys, (text) => {
    for (const [, threadId = ''] of text.matchAll(/"threadId":"(neighbour-\d+)".*TEXT_MESSAGE_CONTENT/g)) {
      speaking.add(threadId)
      if (speaking.size === NEIGHBOURS) all.resolve()
    }
  })
  await Promise.all(keys.map((key) => ask(server, key, 1_000_000, TOKENS_APART_MS)))
  await all.promise
  return async () => {
    await Promise.all(keys.map((key) => server.post(paths.cancelRun(key, 'run'), {})))
    await reader.stop()
  }
}

function slowest(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? Number.NaN
}

export async function measureFairness(): Promise<BenchSection> {
  const server = await startServer()
  const alone: number[] = []
  const beside: number[] = []
  try {
    await firstTokens(server)
    for (let round = 1; round <= ROUNDS; round++) {
      console.error(`first tokens: round ${round} of ${ROUNDS}`)
      alone.push(...(await firstTokens(server)))
      const stop = await neighbours(server)
      beside.push(...(await firstTokens(server)))
      await stop()
    }
  } finally {
    await server.close()
  }
  const row = (name: string, value: number, than?: number) => ({
    name,
    value,
    unit: 'ms',
    ...(than !== undefined && { ratio: value / than, of: 'alone' }),
  })
  const ratio = median(beside) / median(alone)
  return {
    title: `The first token in a new thread, beside ${NEIGHBOURS} that stream`,
    rows: [
      row('alone, median', median(alone)),
      row('beside them, median', median(beside), median(alone)),
      row('alone, 95 of 100', slowest(alone)),
      row('beside them, 95 of 100', slowest(beside), slowest(alone)),
    ],
    aims: [onlyHere(atMost('first token of a new thread beside twenty, against alone', ratio, 2))],
  }
}

if (import.meta.main) await runAlone(measureFairness)
