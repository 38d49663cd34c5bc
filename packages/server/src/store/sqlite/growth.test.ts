/** The cost of a call must not grow with the data beside it. Counted in statements, rows and bytes, never in time. */
import { rmSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ALICE, asking, ending, LEASE_MS, ROOM, SUCCEEDED, saying } from '../contract/world.ts'
import type { Claim } from '../port.ts'
import { type Commands, createCommands } from './commands.ts'
import { createCommitter } from './committer.ts'
import { type OpenStore, openStore } from './open-store.ts'
import { createReads } from './reads.ts'
import { createSearches } from './searches.ts'
import { temporaryDirectory } from './testing/harness.ts'
import { countStatements, planOf, type StatementCount } from './testing/statement-count.ts'

const THREAD = { roomId: ROOM.roomId, threadId: 'thread' }

let directory = ''
let store: OpenStore
let commands: Commands
let count: StatementCount
beforeEach(() => {
  directory = temporaryDirectory()
  store = openStore({ directory })
  commands = createCommands(store.data)
  count = countStatements()
  write((now) => commands['rooms.create'](now, ALICE, ROOM))
})
afterEach(() => {
  store.close()
  rmSync(directory, { recursive: true })
})

/** Runs the call in its own transaction, including the folding that follows it. */
function write<Answer>(run: (now: number) => Answer): Answer {
  const [done] = createCommitter(store)([{ id: 1, run }])
  while (store.data.folds.step());
  const outcome = done?.outcomes[0]
  if (outcome?.type !== 'answer') throw new Error('The call failed.')
  return outcome.answer as Answer
}

function oneRun(runId: string, threadId = THREAD.threadId): void {
  const key = { ...THREAD, threadId }
  expect(write((now) => commands['runs.start'](now, ALICE, key, asking(runId)))).toMatchObject({ type: 'accepted' })
  const [claim] = write((now) => commands['work.claim'](now, { workerId: 'w', limit: 1, leaseMs: LEASE_MS }))
  const { lease } = claim as Claim
  write((now) => commands['work.append'](now, lease, saying(`${runId}-a`, 'An answer of some words. '.repeat(4))))
  write((now) => commands['work.end'](now, lease, ending(lease, SUCCEEDED)))
}

it('no call of a run carries out more statements than it did', () => {
  const costs: Record<string, number> = {}
  function cost<Answer>(name: string, run: (now: number) => Answer): Answer {
    count.take()
    const answer = write(run)
    costs[name] = count.take().statements
    return answer
  }
  for (const runId of ['first', 'second']) {
    cost(`start ${runId}`, (now) => commands['runs.start'](now, ALICE, THREAD, asking(runId)))
    const request = { workerId: 'w', limit: 1, leaseMs: LEASE_MS }
    const [claim] = cost(`claim ${runId}`, (now) => commands['work.claim'](now, request))
    const { lease } = claim as Claim
    cost(`append ${runId}`, (now) => commands['work.append'](now, lease, saying(`${runId}-a`, 'An answer.')))
    cost(`end ${runId}`, (now) => commands['work.end'](now, lease, ending(lease, SUCCEEDED)))
  }
  // The first run of a thread creates it, and the first one of a person makes the person known. An end reads the tenant's
  // people, and inserts and trims the notices of each. Each count includes the beginning, the proof of ownership and the commit.
  const most = { start: [26, 22], claim: [14, 14], append: [4, 4], end: [20, 20] }
  for (const [name, [first = 0, second = 0]] of Object.entries(most)) {
    expect(costs[`${name} first`], name).toBeLessThanOrEqual(first)
    expect(costs[`${name} second`], name).toBeLessThanOrEqual(second)
  }
})

it('a short run writes as much in a long thread as in a short one', () => {
  let runs = 0
  function costUntil(size: number) {
    count.take()
    const from = runs
    for (; runs < size; runs++) oneRun(`r-${runs}`)
    const { statements, rows, given } = count.take()
    const each = (total: number) => Math.round(total / (runs - from))
    return { statements: each(statements), rows: each(rows), given: each(given) }
  }
  costUntil(20)
  const short = costUntil(60)
  costUntil(240)
  const long = costUntil(280)
  expect(long.statements).toBeLessThanOrEqual(short.statements + 1)
  expect(long.rows).toBeLessThanOrEqual(short.rows + 1)
  // Allows for an occasional checkpoint of a conversation that is five times as long.
  expect(long.given).toBeLessThan(short.given * 1.5)
})

it('a page of runs reads the same number of rows however many runs there are, and no request', () => {
  const reads = createReads(store, createSearches(store.path))
  function costOf(page: () => unknown) {
    count.take()
    expect(page()).toMatchObject({ type: 'page', items: expect.arrayContaining([expect.anything()]) })
    return count.take()
  }
  const pages = [
    () => reads['runs.list'](ALICE, THREAD, { limit: 5 }),
    () => reads['runs.timeline'](ALICE, { limit: 5 }),
    () => reads['threads.list'](ALICE, ROOM.roomId, { limit: 5 }),
    () => reads['rooms.list'](ALICE, { limit: 5 }),
  ]
  for (let n = 0; n < 10; n++) oneRun(`r-${n}`)
  for (let n = 0; n < 10; n++) oneRun('r', `thread-${n}`)
  for (let n = 0; n < 10; n++) write((now) => commands['rooms.create'](now, ALICE, { ...ROOM, roomId: `room-${n}` }))
  const few = pages.map(costOf)
  const before = new Set(count.texts.keys())
  for (let n = 10; n < 60; n++) oneRun(`r-${n}`)
  for (let n = 10; n < 60; n++) oneRun('r', `thread-${n}`)
  // Deleted runs are skipped without being read.
  for (let n = 10; n < 60; n++) {
    const room = { ...ROOM, roomId: `room-${n}` }
    write((now) => commands['rooms.create'](now, ALICE, room))
    if (n % 2) write((now) => commands['rooms.delete'](now, ALICE, room.roomId, false))
    if (n % 2) write((now) => commands['threads.delete'](now, ALICE, { ...THREAD, threadId: `thread-${n}` }, false))
  }
  expect(pages.map(costOf)).toEqual(few)
  for (const text of before) {
    if (!text.includes('LIMIT ?') || text.includes('FROM inbox')) continue
    expect(planOf(store.database, text).join('; '), text).not.toMatch(/SCAN|TEMP B-TREE/)
    if (text.includes('FROM run')) expect(text).not.toContain('run_request')
  }
})

it('the overview returns as many rows for one unread thread among few as among many, and finds it in an index alone', () => {
  const reads = createReads(store, createSearches(store.path))
  let threads = 0
  function costAt(size: number) {
    for (; threads < size; threads++) oneRun('r', `thread-${threads}`)
    write((now) => commands['marks.readAll'](now, ALICE))
    oneRun('again', `thread-${size - 1}`)
    count.take()
    expect(reads['inbox.overview'](ALICE)).toMatchObject({ rooms: [{ unread: 1 }], threads: [{ unread: true }] })
    const { statements, rows } = count.take()
    return { statements, rows }
  }
  const few = costAt(5)
  expect(costAt(50)).toEqual(few)
  const looked = [...count.texts.keys()].filter((text) => text.includes('INDEXED BY thread_completed'))
  expect(looked).toHaveLength(3)
  for (const text of looked) {
    const plan = planOf(store.database, text).join('; ')
    expect(plan).toContain(`USING ${text.includes('thread.*') ? '' : 'COVERING '}INDEX thread_completed`)
    expect(plan).not.toContain('ORDER BY')
  }
})

it('reading a room takes as many statements for many unread threads as for few', () => {
  const costs = [3, 30].map((size) => {
    for (let n = 0; n < size; n++) oneRun(`r-${size}`, `thread-${n}`)
    count.take()
    write((now) => commands['marks.readRoom'](now, ALICE, ROOM.roomId))
    return count.take().statements
  })
  expect(costs[1]).toBe(costs[0])
})

it('a call that changes nothing drops no conversation from memory', () => {
  oneRun('r-1')
  expect(write((now) => commands['runs.start'](now, ALICE, THREAD, asking('r-1')))).toMatchObject({ type: 'same' })
  expect(write((now) => commands['work.claim'](now, { workerId: 'w', limit: 1, leaseMs: LEASE_MS }))).toEqual([])
  oneRun('r-2')
  const loads = [...count.texts].filter(([text]) => text.includes('body FROM checkpoint'))
  expect(loads.map(([, times]) => times)).toEqual([1])
})
