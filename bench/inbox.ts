/**
 * Opening the inbox: what the overview costs a person with 10 unread threads and one with 1,000, in the same store of
 * 1,000 threads, until its JSON is there. In processor time. `node bench/inbox.ts` prints the table.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Principal, Store } from '@holdfast/server'
import { createSqliteStore } from '@holdfast/server/sqlite'
import { runAlone } from './alone.ts'
import { atMost, type BenchSection } from './report.ts'

const THREADS = 1_000
const FEW = 10
const BATCH = 100
const CALLS = 200
const ROOMS = ['one', 'two', 'three', 'four']

const RETURNING: Principal = { tenantId: 'acme', personId: 'away-for-a-day' }
const ABSENT: Principal = { tenantId: 'acme', personId: 'away-for-a-year' }

const keyOf = (n: number) => ({ roomId: ROOMS[n % ROOMS.length] ?? '', threadId: `thread-${n}` })

async function completeAll(store: Store): Promise<void> {
  for (const roomId of ROOMS) await store.rooms.create(RETURNING, { roomId, title: `Room ${roomId}` })
  for (let from = 0; from < THREADS; from += BATCH) {
    const some = Array.from({ length: BATCH }, (_, n) => keyOf(from + n))
    await Promise.all(
      some.map((key) =>
        store.runs.start(RETURNING, key, {
          runId: 'run',
          messages: [{ id: 'q', role: 'user', content: `What about ${key.threadId}, and why?` }],
          agentId: 'demo',
          onBusy: 'reject',
          tools: [],
          context: [],
        }),
      ),
    )
    const claims = await store.work.claim({ workerId: 'bench', limit: BATCH, leaseMs: 600_000 })
    await Promise.all(
      claims.map(async ({ lease }) => {
        const events = [
          { type: 'TEXT_MESSAGE_START', messageId: 'a', role: 'assistant' },
          { type: 'TEXT_MESSAGE_CONTENT', messageId: 'a', delta: 'An answer of some words. '.repeat(4) },
          { type: 'TEXT_MESSAGE_END', messageId: 'a' },
        ]
        await store.work.append(
          lease,
          events.map((event) => JSON.stringify(event)),
        )
        const finished = { type: 'RUN_FINISHED', threadId: lease.threadId, runId: 'run', outcome: { type: 'success' } }
        await store.work.end(lease, { events: [JSON.stringify(finished)], outcome: { type: 'succeeded' } })
      }),
    )
  }
  for (let from = 0; from < THREADS - FEW; from += BATCH) {
    const some = Array.from({ length: Math.min(BATCH, THREADS - FEW - from) }, (_, n) => keyOf(from + n))
    await Promise.all(some.map((key) => store.marks.read(RETURNING, key, 1_000)))
  }
}

/** Microseconds of one opening, and how many threads the answer counts and lists. */
async function opening(store: Store, person: Principal) {
  const costs: number[] = []
  let unread = 0
  let listed = 0
  for (let call = 0; call < CALLS; call++) {
    const before = process.cpuUsage()
    const overview = await store.inbox.overview(person)
    JSON.stringify(overview)
    const { user, system } = process.cpuUsage(before)
    costs.push(user + system)
    unread = overview.rooms.reduce((sum, room) => sum + room.unread, 0)
    listed = overview.threads.length
  }
  costs.sort((a, b) => a - b)
  return { cost: costs[costs.length >> 1] ?? Number.NaN, unread, listed }
}

export async function measureInbox(): Promise<BenchSection> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-inbox-'))
  const store = await createSqliteStore({ directory, publish() {} })
  try {
    await completeAll(store)
    // Once before it counts: what runs for the first time is compiled first.
    for (const person of [RETURNING, ABSENT]) await opening(store, person)
    const few = await opening(store, RETURNING)
    const many = await opening(store, ABSENT)
    if (few.unread !== FEW || many.unread !== THREADS) throw new Error(`Counted ${few.unread} and ${many.unread}.`)
    const unit = 'µs of processor time'
    const of = `${FEW} of ${THREADS} threads unread`
    return {
      title: 'Opening the inbox',
      rows: [
        { name: of, value: few.cost, unit },
        { name: `${THREADS} of ${THREADS} threads unread`, value: many.cost, unit, ratio: many.cost / few.cost, of },
        { name: `threads listed of ${FEW} unread`, value: few.listed, unit: 'threads' },
        { name: `threads listed of ${THREADS} unread`, value: many.listed, unit: 'threads' },
      ],
      aims: [atMost(`the inbox with ${THREADS} unread threads, beside ${FEW}`, many.cost / few.cost, 2)],
    }
  } finally {
    await store.close()
    rmSync(directory, { recursive: true })
  }
}

if (import.meta.main) await runAlone(measureInbox)
