/**
 * What a flooding agent does to its neighbours (G10): a probe run sends the time every 20 ms, and its reader compares
 * it with the clock. Alone, then beside an agent that never waits, in alternating rounds, in one server process with
 * its store on disk. `node bench/flood.ts` prints the table.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Envelope, paths, type ThreadKey } from '@holdfast/core'
import { runAlone } from './alone.ts'
import { atMost, type BenchSection, median, onlyHere } from './report.ts'
import { type ServerProcess, startServer } from './server-process.ts'

const ROUNDS = 3
export const AGENTS = fileURLToPath(new URL('./flood-agents.ts', import.meta.url))

let asked = 0

export async function ask(server: ServerProcess, agentId: string): Promise<ThreadKey> {
  const key = { roomId: 'default', threadId: `${agentId}-${++asked}` }
  const messages = [{ id: 'q', role: 'user', content: 'Well?' }]
  const response = await server.post(paths.runs(key), { runId: 'run', messages, agentId })
  if (response.status !== 202) throw new Error(`${agentId}: ${response.status} ${await response.text()}`)
  return key
}

/** Latency of each token in milliseconds, until the run's end. */
export async function follow(server: ServerProcess, key: ThreadKey): Promise<number[]> {
  const latencies: number[] = []
  const response = await fetch(`${server.url}${paths.runEvents(key, 'run')}?live=sse`)
  if (!response.body) throw new Error(`The probe's stream answered ${response.status}.`)
  let rest = ''
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const now = Date.now()
    const frames = (rest + text).split('\n\n')
    rest = frames.pop() ?? ''
    for (const frame of frames) {
      const data = frame.slice(frame.indexOf('data: ') + 'data: '.length)
      if (!data.startsWith('{')) continue
      const event = JSON.parse(data) as Envelope['event']
      if (event.type !== 'TEXT_MESSAGE_CONTENT') continue
      for (const said of event.delta.trim().split(' ')) latencies.push(now - Number(said))
    }
  }
  return latencies
}

/** One flood after another until it is stopped. Each ends when it reaches its limits. */
function keepFlooding(server: ServerProcess, agentId: string): () => Promise<void> {
  let on = true
  const over = (async () => {
    while (on) {
      const key = await ask(server, agentId)
      while (on) {
        const answer = (await (await fetch(server.url + paths.run(key, 'run'))).json()) as { status: string }
        if (answer.status !== 'queued' && answer.status !== 'running') break
        await wait(50)
      }
      if (!on) await server.post(paths.cancelRun(key, 'run'), {})
    }
  })()
  return () => {
    on = false
    return over
  }
}

interface Probed {
  readonly p50: number
  readonly p99: number
}

async function probe(server: ServerProcess, beside?: string): Promise<Probed> {
  const stop = beside === undefined ? async () => {} : keepFlooding(server, beside)
  if (beside !== undefined) await wait(500)
  const latencies = (await follow(server, await ask(server, 'probe'))).toSorted((a, b) => a - b)
  await stop()
  // The aftermath of a flood is over before the next measurement.
  await wait(1_500)
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99) }
}

export async function measureFlood(): Promise<BenchSection> {
  const server = await startServer({ HOLDFAST_CONFIG: AGENTS })
  const found: Record<'alone' | 'tokens' | 'pages', Probed[]> = { alone: [], tokens: [], pages: [] }
  let memory = 0
  try {
    await probe(server)
    for (let round = 1; round <= ROUNDS; round++) {
      for (const beside of ['alone', 'tokens', 'pages'] as const) {
        console.error(
          `a probe ${beside === 'alone' ? 'alone' : `beside a flood of ${beside}`}, round ${round} of ${ROUNDS}`,
        )
        found[beside].push(await probe(server, beside === 'alone' ? undefined : beside))
        memory = Math.max(memory, server.memory())
      }
    }
  } finally {
    await server.close()
  }
  const middle = (of: keyof typeof found, which: keyof Probed) => median(found[of].map((probed) => probed[which]))
  const alone = middle('alone', 'p99')
  const tokens = middle('tokens', 'p99')
  const pages = middle('pages', 'p99')
  return {
    title: 'A flood beside a run',
    rows: [
      { name: 'a token every 20 ms, alone: p50', value: middle('alone', 'p50'), unit: 'ms' },
      { name: 'alone: p99', value: alone, unit: 'ms' },
      { name: 'beside a flood of tokens: p50', value: middle('tokens', 'p50'), unit: 'ms' },
      { name: 'beside a flood of tokens: p99', value: tokens, unit: 'ms', ratio: tokens / alone, of: 'alone' },
      { name: 'beside a flood of 1 kB deltas: p99', value: pages, unit: 'ms', ratio: pages / alone, of: 'alone' },
      { name: 'the process, at most', value: memory / 2 ** 20, unit: 'MiB' },
    ],
    aims: [
      onlyHere(atMost('p99 of a token beside a flood of tokens, against alone', tokens / alone, 2)),
      onlyHere(atMost('p99 of a token beside a flood of 1 kB deltas, against alone', pages / alone, 2)),
    ],
  }
}

if (import.meta.main) await runAlone(measureFlood)
