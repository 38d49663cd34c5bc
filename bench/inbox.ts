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

interface Opening {
  /** Microseconds of each opening. */
  readonly costs: number[]
  /** How many threads the last answer counted, and how many it listed. */
  unread: number
  listed: number
}

async function openOnce(store: Store, person: Principal, opening: Opening): Promise<void> {
  const before = process.cpuUsage()
  const overview = await store.inbox.overview(person)
  JSON.stringify(overview)
  const { user, system } = process.cpuUsage(before)
  opening.costs.push(user + system)
  opening.unread = overview.rooms.reduce((sum, room) => sum + room.unread, 0)
  opening.listed = overview.threads.length
}

/** By turns, so that what else the machine does falls on all of them. */
async function openings(store: Store, people: readonly Principal[]): Promise<readonly Opening[]> {
  const all = people.map((): Opening => ({ costs: [], unread: 0, listed: 0 }))
  for (let call = 0; call < CALLS; call++) {
    for (const [index, opening] of all.entries()) await openOnce(store, people[index] ?? RETURNING, opening)
  }
  return all
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

export async function measureInbox(): Promise<BenchSection> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-inbox-'))
  const store = await createSqliteStore({ directory, publish() {} })
  try {
    await completeAll(store)
    // Once before it counts: what runs for the first time is compiled first.
    await openings(store, [RETURNING, ABSENT])
    const [few, many] = await openings(store, [RETURNING, ABSENT])
    if (few?.unread !== FEW || many?.unread !== THREADS) throw new Error(`Counted ${few?.unread} and ${many?.unread}.`)
    const [cost, most] = [median(few.costs), median(many.costs)]
    const unit = 'µs of processor time'
    const of = `${FEW} of ${THREADS} threads unread`
    return {
      title: 'Opening the inbox',
      rows: [
        { name: of, value: cost, unit },
        { name: `${THREADS} of ${THREADS} threads unread`, value: most, unit, ratio: most / cost, of },
        { name: `threads listed of ${FEW} unread`, value: few.listed, unit: 'threads' },
        { name: `threads listed of ${THREADS} unread`, value: many.listed, unit: 'threads' },
      ],
      aims: [atMost(`the inbox with ${THREADS} unread threads, beside ${FEW}`, most / cost, 2)],
    }
  } finally {
    await store.close()
    rmSync(directory, { recursive: true })
  }
}

if (import.meta.main) await runAlone(measureInbox)
