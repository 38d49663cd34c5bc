/**
 * What a call of the embedded store costs when there is twice and four times as much of what it could grow with: rooms,
 * threads, runs of a thread. Processor time of the whole process, its store's worker included, over one store that grows;
 * the figure of the smallest size is what the others are compared with. `node bench/growth.ts` prints the table.
 *
 * Whether a cost grows is held by tests, which count statements, rows and bytes (`sqlite/growth.test.ts`); this says what
 * it amounts to.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ThreadKey } from '@holdfast/core'
import { LOCAL_PRINCIPAL as ME, type Store } from '@holdfast/server'
import { createSqliteStore } from '@holdfast/server/sqlite'
import { runAlone } from './alone.ts'
import { atMost, type BenchRow, type BenchSection } from './report.ts'

const SIZES = [150, 300, 600]
const CALLS = 25
const LONG: ThreadKey = { roomId: 'long', threadId: 'thread' }
const FULL = 'full'

interface Figure {
  readonly value: number
  readonly whole: boolean
}

interface Cost {
  /** What a reader is given grows as well, so the cost may. */
  readonly whole?: true
  call(nth: number): Promise<unknown>
}

/** Microseconds of processor time. */
async function spent(call: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await call()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

const least = (values: readonly number[]) => Math.min(...values)
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

async function oneRun(store: Store, key: ThreadKey, runId: string): Promise<Record<'start' | 'claim' | 'end', number>> {
  const messages = [{ id: `${runId}-q`, role: 'user', content: `Question ${runId}, and what about it?` }] as const
  const request = { runId, messages, agentId: 'demo', onBusy: 'reject', tools: [], context: [] } as const
  const start = await spent(() => store.runs.start(ME, key, request))
  let claims: Awaited<ReturnType<Store['work']['claim']>> = []
  const taken = await spent(async () => {
    claims = await store.work.claim({ workerId: 'bench', limit: 1, leaseMs: 60_000 })
  })
  const [claim] = claims
  if (!claim) throw new Error('Nothing was claimed.')
  const messageId = `${runId}-a`
  await store.work.append(claim.lease, [
    JSON.stringify({ type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' }),
    JSON.stringify({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta: 'An answer of some words. '.repeat(4) }),
    JSON.stringify({ type: 'TEXT_MESSAGE_END', messageId }),
  ])
  const { threadId } = key
  const finished = { type: 'RUN_FINISHED', threadId, runId, outcome: { type: 'success' } }
  const ending = { events: [JSON.stringify(finished)], outcome: { type: 'succeeded' } } as const
  return { start, claim: taken, end: await spent(() => store.work.end(claim.lease, ending)) }
}

/** Brings the store to this size. */
async function grow(store: Store, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) {
    await store.rooms.create(ME, { roomId: `room-${n}`, title: `Room ${n}`, agentId: 'demo' })
    await oneRun(store, { roomId: FULL, threadId: `thread-${n}` }, 'run')
    await oneRun(store, LONG, `run-${n}`)
  }
}

async function costsOf(store: Store, size: number): Promise<Map<string, Figure>> {
  const costs = new Map<string, Figure>()
  const { cursor } = await store.inbox.overview(ME)
  const beginning = 'AAAAAAAA-0'
  const range = { maxBytes: 256 * 1024, maxRecords: 100 }
  const runs: Awaited<ReturnType<typeof oneRun>>[] = []
  for (let n = 0; n < CALLS; n++) runs.push(await oneRun(store, LONG, `probe-${size}-${n}`))
  for (const step of ['start', 'claim', 'end'] as const) {
    const name = step === 'claim' ? 'claim of a run, with its history' : `${step} of a run in a long thread`
    costs.set(name, { value: mean(runs.map((run) => run[step])), whole: step === 'claim' })
  }
  const calls: Record<string, Cost> = {
    'a page of rooms': { call: () => store.rooms.list(ME, { limit: 50 }) },
    'a page of threads': { call: () => store.threads.list(ME, FULL, { limit: 50 }) },
    'a page of a thread’s runs': { call: () => store.runs.list(ME, LONG, { limit: 50 }) },
    'a page of all runs': { call: () => store.runs.timeline(ME, { limit: 50 }) },
    'a search that finds nothing': { call: () => store.threads.list(ME, FULL, { limit: 50, q: 'nowhere' }) },
    'a search that finds every thread': {
      whole: true,
      call: () => store.threads.list(ME, FULL, { limit: 50, q: 'question' }),
    },
    'a page of 1,000 records': { call: () => store.log.read(ME, LONG, { after: 0, maxBytes: 1e6, maxRecords: 1_000 }) },
    'the inbox caught up with a few runs': { call: () => store.inbox.read(ME, { cursor, ...range }) },
    'the inbox, a page from the beginning': { call: () => store.inbox.read(ME, { cursor: beginning, ...range }) },
    'the overview, which lists every room': { whole: true, call: () => store.inbox.overview(ME) },
    'a snapshot of the long thread': { whole: true, call: () => store.threads.snapshot(ME, LONG) },
    counts: { call: () => store.counts() },
    'making and deleting a thread': {
      async call(nth) {
        const key = { roomId: FULL, threadId: `short-lived-${size}-${nth}` }
        await store.threads.create(ME, key, 'Short')
        await store.threads.delete(ME, key, false)
      },
    },
  }
  for (const [name, { call, whole = false }] of Object.entries(calls)) {
    const taken: number[] = []
    for (let n = 0; n < CALLS; n++) {
      taken.push(await spent(() => call(n)))
    }
    costs.set(name, { value: least(taken), whole })
  }
  return costs
}

export async function measureGrowth(): Promise<BenchSection> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-growth-'))
  const store = await createSqliteStore({ directory, publish() {} })
  try {
    for (const roomId of [FULL, LONG.roomId]) await store.rooms.create(ME, { roomId, title: roomId, agentId: 'demo' })
    const bySize: Awaited<ReturnType<typeof costsOf>>[] = []
    const cursors: number[] = []
    let size = 0
    for (const next of SIZES) {
      console.error(`growth: ${next}`)
      await grow(store, size, next)
      // Once more at the beginning: what is carried out for the first time is compiled first.
      if (size === 0) await costsOf(store, 0)
      size = next
      bySize.push(await costsOf(store, size))
      cursors.push((await store.inbox.overview(ME)).cursor.length)
    }
    const [n = 0] = SIZES
    const [first] = bySize
    const rows: BenchRow[] = []
    let most = 0
    for (const [name, { value: base, whole }] of first ?? []) {
      for (const [index, costs] of bySize.entries()) {
        const value = costs.get(name)?.value ?? Number.NaN
        const row = { name: `${name}: ${index === 0 ? '' : 2 ** index}n`, value, unit: 'µs of processor time' }
        rows.push(index === 0 ? row : { ...row, ratio: value / base, of: 'n' })
        if (index === 2 && !whole) most = Math.max(most, value / base)
      }
    }
    rows.push(
      ...cursors.map((value, index) => ({
        name: `an inbox cursor: ${index === 0 ? '' : 2 ** index}n`,
        value,
        unit: 'characters',
      })),
    )
    return {
      title: `Growth: n = ${n} rooms, threads of a room, and runs of a thread; 2n; 4n`,
      rows,
      aims: [
        atMost('what gives as much at 4n as at n, at 4n', most, 3),
        atMost('an inbox cursor at 4n', (cursors[2] ?? 0) / (cursors[0] ?? 1), 1.1),
      ],
    }
  } finally {
    await store.close()
    rmSync(directory, { recursive: true })
  }
}

if (import.meta.main) await runAlone(measureGrowth)
