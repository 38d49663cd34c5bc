/**
 * What heavy readers do to a live run. A probe sends the time every 20 ms and its reader compares it with the clock, alone
 * and beside eight clients that ask again as soon as they have their answer: for pages of a long log, for searches, for
 * snapshots. On a busy machine the clock says little, so the processor time of the main thread's turns is measured as well:
 * whatever arrives during a turn waits for its end. One server process with its store on disk; the heavy readers run in
 * another process. `node bench/readers.ts` prints the table.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { paths, type ThreadKey } from '@holdfast/core'
import { LOCAL_PRINCIPAL as ME } from '@holdfast/server'
import { createSqliteStore } from '@holdfast/server/sqlite'
import { runAlone } from './alone.ts'
import { ask, follow } from './flood.ts'
import type { Turns } from './readers-agents.ts'
import type { LoadOrder, LoadReport } from './readers-load.ts'
import { atMost, type BenchSection, median, onlyHere } from './report.ts'
import { startServer } from './server-process.ts'

const AGENTS = fileURLToPath(new URL('./readers-agents.ts', import.meta.url))
const ROUNDS = 3
const CLIENTS = 8
const LONG: ThreadKey = { roomId: 'default', threadId: 'long' }
const RUNS = 400
const RECORDS_A_RUN = 40
const WORDS = 'An answer of some words, as an agent would say it. '.repeat(2)
const THREADS = 2_000
/**
 * The first aim measures the machine too: probe, heavy readers, main thread and store share two cores, and the readers ask
 * again at once. How long one reader makes the others wait is the length of a turn.
 */
const LONGEST_TURN_MS = 8

const HEAVY = {
  pages: { path: `${paths.log(LONG)}?limit=1000`, pages: true },
  searches: { path: `${paths.threads(LONG.roomId)}?limit=200&q=r%20q`, pages: false },
  snapshots: { path: paths.thread(LONG), pages: false },
} as const
type Heavy = keyof typeof HEAVY
const KINDS = Object.keys(HEAVY) as Heavy[]

/** A log of 16,000 records and more, and a room of threads that all have the words that are looked for. */
async function seed(directory: string): Promise<void> {
  const store = await createSqliteStore({ directory, publish() {} })
  await store.rooms.create(ME, { roomId: LONG.roomId, title: 'Default' })
  for (let n = 0; n < RUNS; n++) {
    const runId = `run-${n}`
    const messages = [{ id: `${runId}-q`, role: 'user', content: `Question ${n}, and what about it?` }] as const
    await store.runs.start(ME, LONG, {
      runId,
      messages,
      agentId: 'demo',
      onBusy: 'reject',
      tools: [],
      context: [],
    })
    const [claim] = await store.work.claim({ workerId: 'bench', limit: 1, leaseMs: 60_000 })
    if (!claim) throw new Error('Nothing was claimed.')
    const messageId = `${runId}-a`
    const word = JSON.stringify({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta: WORDS })
    await store.work.append(claim.lease, [
      JSON.stringify({ type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' }),
      ...Array.from({ length: RECORDS_A_RUN }, () => word),
      JSON.stringify({ type: 'TEXT_MESSAGE_END', messageId }),
    ])
    const finished = { type: 'RUN_FINISHED', threadId: LONG.threadId, runId, outcome: { type: 'success' } }
    await store.work.end(claim.lease, { events: [JSON.stringify(finished)], outcome: { type: 'succeeded' } })
  }
  const made = Array.from({ length: THREADS }, (_, n) =>
    store.threads.create(ME, { roomId: LONG.roomId, threadId: `report-${n}` }, `Report ${n} of a quarter`),
  )
  await Promise.all(made)
  await store.close()
}

interface Load {
  start(url: string, heavy: Heavy): void
  stop(): Promise<LoadReport>
  close(): void
}

function startLoad(): Load {
  const child = fork(fileURLToPath(new URL('./readers-load.ts', import.meta.url)))
  const tell = (order: LoadOrder) => void child.send(order)
  return {
    start: (url, heavy) =>
      tell({ type: 'read', url: url + HEAVY[heavy].path, loops: CLIENTS, pages: HEAVY[heavy].pages }),
    async stop() {
      const report = once(child, 'message')
      tell({ type: 'stop' })
      return ((await report) as [LoadReport])[0]
    },
    close: () => void child.kill(),
  }
}

interface Probed {
  readonly p50: number
  readonly p99: number
  /** Of all heavy readers together, a second. */
  readonly answers: number
}

export async function measureReaders(): Promise<BenchSection> {
  const data = mkdtempSync(join(tmpdir(), 'holdfast-readers-'))
  await seed(data)
  const server = await startServer({ HOLDFAST_CONFIG: AGENTS, HOLDFAST_DATA: data })
  const load = startLoad()

  async function probe(heavy?: Heavy): Promise<Probed> {
    if (heavy) load.start(server.url, heavy)
    const began = performance.now()
    if (heavy) await wait(500)
    const latencies = (await follow(server, await ask(server, 'probe'))).toSorted((a, b) => a - b)
    const seconds = (performance.now() - began) / 1_000
    const answers = heavy ? (await load.stop()).answers / seconds : 0
    const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? Number.NaN
    return { p50: at(0.5), p99: at(0.99), answers }
  }

  async function turnsBeside(heavy: Heavy): Promise<Turns> {
    load.start(server.url, heavy)
    await wait(1_000)
    server.tell('watch')
    await wait(3_000)
    const turns = (await server.asked('turns')) as Turns
    await load.stop()
    return turns
  }

  const turns = new Map<Heavy, Turns>()
  const found = new Map<Heavy | undefined, Probed[]>()
  try {
    await probe()
    for (const heavy of KINDS) turns.set(heavy, await turnsBeside(heavy))
    for (let round = 1; round <= ROUNDS; round++) {
      for (const heavy of [undefined, ...KINDS]) {
        console.error(`a probe ${heavy ? `beside ${heavy}` : 'alone'}, round ${round} of ${ROUNDS}`)
        found.set(heavy, [...(found.get(heavy) ?? []), await probe(heavy)])
      }
    }
  } finally {
    load.close()
    await server.close()
    rmSync(data, { recursive: true, force: true })
  }
  const middle = (of: Heavy | undefined, which: keyof Probed) =>
    median((found.get(of) ?? []).map((probed) => probed[which]))
  const alone = middle(undefined, 'p99')
  return {
    title: `A run beside ${CLIENTS} heavy readers`,
    rows: [
      { name: 'a token every 20 ms, alone: p50', value: middle(undefined, 'p50'), unit: 'ms' },
      { name: 'alone: p99', value: alone, unit: 'ms' },
      ...KINDS.flatMap((heavy) => [
        { name: `beside ${heavy}: p50`, value: middle(heavy, 'p50'), unit: 'ms' },
        {
          name: `beside ${heavy}: p99`,
          value: middle(heavy, 'p99'),
          unit: 'ms',
          ratio: middle(heavy, 'p99') / alone,
          of: 'alone',
        },
        {
          name: `beside ${heavy}: a turn of the main thread, weighted by its length, mean`,
          value: turns.get(heavy)?.mean ?? Number.NaN,
          unit: 'ms of processor time',
        },
        {
          name: `beside ${heavy}: a turn of the main thread, weighted by its length, p99`,
          value: turns.get(heavy)?.p99 ?? Number.NaN,
          unit: 'ms of processor time',
        },
        { name: `${heavy} that were answered meanwhile`, value: middle(heavy, 'answers'), unit: 'a second' },
      ]),
    ],
    aims: KINDS.flatMap((heavy) => [
      onlyHere(atMost(`p99 of a token beside ${heavy}, against alone`, middle(heavy, 'p99') / alone, 3)),
      onlyHere(
        atMost(
          `p99 of a turn beside ${heavy}, against ${LONGEST_TURN_MS} ms of processor time`,
          (turns.get(heavy)?.p99 ?? Number.NaN) / LONGEST_TURN_MS,
          1,
        ),
      ),
    ]),
  }
}

if (import.meta.main) await runAlone(measureReaders)
