/**
 * What a server process keeps on its heap after garbage collection: per event of a live run, per run that is silent,
 * and per run that has ended. The store's worker has its own heap and keeps no events. `node bench/heap.ts` prints the
 * table.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { paths, type ThreadKey } from '@holdfast/core'
import { heapInUse } from '../scripts/heap-in-use.ts'
import { runAlone } from './alone.ts'
import { atMost, type BenchAim, type BenchSection, median } from './report.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { type QuietProps, quiet, stopCompiling, type TalkProps } from './talk-agents.ts'

const EVENTS = 100_000
const WARM_UP_EVENTS = 10_000
const RUNS = 400
const WARM_UP_ROUNDS = 2
const ROUNDS = 3
const AGENTS = fileURLToPath(new URL('./talk-agents.ts', import.meta.url))

const EVENT_LIMIT = 16
const IDLE_LIMIT = 4_096
/** Ideally nothing, but heap measurements vary by some bytes. */
const FINISHED_LIMIT = 100

const threadOf = (name: string): ThreadKey => ({ roomId: 'default', threadId: name })

async function ask(
  server: ServerProcess,
  key: ThreadKey,
  agentId: string,
  runId: string,
  forwardedProps?: TalkProps | QuietProps,
): Promise<void> {
  const messages = [{ id: `${runId}-q`, role: 'user', content: 'Well?' }]
  const answer = await server.post(paths.runs(key), { runId, messages, agentId, forwardedProps })
  if (answer.status !== 202) throw new Error(`${agentId} was answered ${answer.status}: ${await answer.text()}`)
}

async function until<T>(look: () => Promise<T>, done: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await look()
    if (done(value)) return value
    await wait(100)
  }
}

async function get<T>(server: ServerProcess, path: string): Promise<T> {
  return (await (await fetch(server.url + path)).json()) as T
}

async function status(server: ServerProcess, key: ThreadKey, runId: string): Promise<string> {
  return (await get<{ status: string }>(server, paths.run(key, runId))).status
}

/** A few at a time, since each connection costs the server something too. */
async function few(keys: readonly ThreadKey[], work: (key: ThreadKey) => Promise<unknown>): Promise<void> {
  for (let first = 0; first < keys.length; first += 8) await Promise.all(keys.slice(first, first + 8).map(work))
}

/** Bytes of heap per event of a live run. */
async function perEvent(server: ServerProcess): Promise<number> {
  const warm = threadOf('warm')
  await ask(server, warm, 'talk', 'run', { events: WARM_UP_EVENTS })
  await all(server, [warm], 'run', 'succeeded')
  const before = await server.heap()
  const key = threadOf('long')
  await ask(server, key, 'talk', 'run', { events: EVENTS, stay: true })
  // The last page of the log shows its length. Reading the whole thread would fill the process.
  const seen = async () => {
    const page = await get<{ envelopes?: readonly unknown[] }>(server, `${paths.log(key)}?after=${EVENTS}&limit=10`)
    return page.envelopes?.length ?? 0
  }
  await until(seen, (envelopes) => envelopes > 0)
  await wait(500)
  const kept = (await server.heap()) - before
  await server.post(paths.cancelRun(key, 'run'), {})
  await all(server, [key], 'run', 'cancelled')
  return kept / EVENTS
}

interface Kept {
  readonly idle: number
  readonly finished: number
}

/**
 * Bytes per waiting run, while it waits and after it has ended. Uses the same threads each time, so that what is kept
 * per thread, which is bounded, does not count as a run's. What is kept for good is kept in each round.
 */
async function perRun(server: ServerProcess, name: string, props?: QuietProps): Promise<Kept> {
  const keys = Array.from({ length: RUNS }, (_, n) => threadOf(`${name}-${n}`))
  const idle: number[] = []
  async function round(n: number): Promise<void> {
    const runId = `${name}-round-${n}`
    const before = await server.heap()
    await few(keys, (key) => ask(server, key, 'quiet', runId, props))
    await all(server, keys, runId, 'running')
    await wait(500)
    idle.push(((await server.heap()) - before) / RUNS)
    await few(keys, (key) => server.post(paths.cancelRun(key, runId), {}))
    await all(server, keys, runId, 'cancelled')
    // Waits for the timers of ended runs.
    await wait(2_000)
  }
  for (let n = 0; n < WARM_UP_ROUNDS; n++) await round(n)
  idle.length = 0
  const before = await server.heap()
  for (let n = 0; n < ROUNDS; n++) await round(WARM_UP_ROUNDS + n)
  const finished = ((await server.heap()) - before) / (RUNS * ROUNDS)
  return { idle: median(idle), finished: Math.max(0, finished) }
}

/** The same waiting agent with its input and nothing else: bytes per agent. No engine can keep less. */
async function agentAlone(): Promise<number> {
  stopCompiling()
  const { signal } = new AbortController()
  const rest = { written: async () => {}, childSignal: () => signal }
  const context = { tenantId: 'local', roomId: 'default', attention: () => 'none' as const, usage() {}, ...rest }
  const begin = (_: unknown, n: number) => {
    const messages = [{ id: `${n}-q`, role: 'user' as const, content: 'Well?' }]
    const input = { threadId: `quiet-${n}`, runId: 'run', messages, tools: [], context: [], state: null }
    const controller = new AbortController()
    // In the form in which the store's worker passes it on.
    const said = quiet.run(structuredClone(input), { ...context, signal: controller.signal })[Symbol.asyncIterator]()
    return { controller, said, next: said.next() }
  }
  const warm = Array.from({ length: RUNS }, begin)
  for (const { controller, next } of warm.splice(0)) {
    controller.abort()
    await next.catch(() => {})
  }
  const before = await heapInUse()
  const waiting = Array.from({ length: RUNS }, begin)
  const kept = ((await heapInUse()) - before) / RUNS
  for (const { controller, next } of waiting) {
    controller.abort()
    await next.catch(() => {})
  }
  return kept
}

async function all(server: ServerProcess, keys: readonly ThreadKey[], runId: string, wanted: string): Promise<void> {
  for (const key of keys) {
    await until(
      () => status(server, key, runId),
      (now) => now === wanted,
    )
  }
}

/** `ratio` to the limit. */
function aim(text: string, bytes: number, limit: number): BenchAim {
  const ratio = Math.max(0, bytes) / limit
  return atMost(`${text}, of ${limit} B`, ratio, 1)
}

export async function measureHeap(): Promise<BenchSection> {
  const server = await startServer({ HOLDFAST_CONFIG: AGENTS })
  try {
    console.error(`heap: a run of ${EVENTS} events`)
    const bytes = await perEvent(server)
    console.error(`heap: ${RUNS} idle runs, five times`)
    const { idle, finished } = await perRun(server, 'quiet')
    console.error(`heap: ${RUNS} runs that said a word, five times`)
    const spoken = await perRun(server, 'spoken', { word: 'Well' })
    const alone = await agentAlone()
    return {
      title: 'Heap that the server keeps',
      rows: [
        { name: `a run of ${EVENTS.toLocaleString('en')} events that goes on`, value: bytes, unit: 'B an event' },
        { name: 'an agent that has nothing to say, alone with its input', value: alone, unit: 'B' },
        {
          name: `${RUNS} runs that have nothing to say`,
          value: idle,
          unit: 'B a run',
          ratio: idle / alone,
          of: 'alone',
        },
        { name: `${RUNS} runs that wait after their first word`, value: spoken.idle, unit: 'B a run' },
        { name: `${RUNS * ROUNDS} runs that have ended`, value: finished, unit: 'B a run' },
      ],
      aims: [
        aim('heap kept for each persisted event', bytes, EVENT_LIMIT),
        aim('for each idle run', idle, IDLE_LIMIT),
        aim('for each that has ended', finished, FINISHED_LIMIT),
      ],
    }
  } finally {
    await server.close()
  }
}

if (import.meta.main) await runAlone(measureHeap)
