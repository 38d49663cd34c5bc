/** Retention of the embedded store: a process that dies while it trims, and what a sweep costs others. */
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { runTerminal, type ThreadView } from '@holdfast/core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ArchiveError } from '../archive/format.ts'
import type { Store } from '../port.ts'
import { openSqliteArchive } from './archive.ts'
import { createSharedClock, openInThread, temporaryDirectory } from './testing/harness.ts'

const ALICE = { tenantId: 'local', personId: 'local' }
const CHILD = fileURLToPath(new URL('./testing/sweep-until-killed.ts', import.meta.url))
const THREADS = 6
const RUNS = 4
const RANGE = { maxBytes: 10_000_000, maxRecords: 100_000 }
const ALL_OLD = Number.MAX_SAFE_INTEGER

const keyOf = (n: number) => ({ roomId: 'room-1', threadId: `thread-${n}` })

let directory = ''
beforeEach(() => {
  directory = temporaryDirectory()
})
afterEach(() => rmSync(directory, { recursive: true }))

const open = (limits = {}) => openInThread({ directory, clock: createSharedClock(), publish() {}, limits })

async function talk(store: Store, key: ReturnType<typeof keyOf>, runId: string, units: number): Promise<void> {
  const messages = [{ id: `${runId}-q`, role: 'user', content: 'Hello' } as const]
  const asked = { runId, messages, agentId: 'demo', onBusy: 'reject', tools: [], context: [] } as const
  await store.runs.start(ALICE, key, asked)
  const [claim] = await store.work.claim({ workerId: 'w', limit: 1, leaseMs: 60_000 })
  if (!claim) throw new Error('Nothing to claim.')
  const messageId = `${runId}-a`
  await store.work.append(claim.lease, [
    JSON.stringify({ type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' }),
    ...Array.from({ length: units }, (_, n) =>
      JSON.stringify({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta: `w${n} ` }),
    ),
    JSON.stringify({ type: 'TEXT_MESSAGE_END', messageId }),
  ])
  const outcome = { type: 'succeeded' } as const
  await store.work.end(claim.lease, { outcome, events: [JSON.stringify(runTerminal(outcome, claim.lease))] })
}

async function fill(store: Store, units = 200): Promise<void> {
  await store.rooms.create(ALICE, { roomId: 'room-1', title: 'Room' })
  for (let n = 0; n < THREADS; n++) {
    for (let run = 0; run < RUNS; run++) await talk(store, keyOf(n), `r-${run}`, units)
  }
}

async function viewOf(store: Store, n: number): Promise<ThreadView> {
  const answer = await store.threads.snapshot(ALICE, keyOf(n))
  if (answer.type !== 'snapshot') throw new Error(answer.type)
  return answer.view
}

const viewsOf = (store: Store) => Promise.all(Array.from({ length: THREADS }, (_, n) => viewOf(store, n)))
const withoutStart = (views: readonly ThreadView[]) => views.map(({ firstSeq: _, ...view }) => view)

async function sweepAll(store: Store): Promise<void> {
  for (let after: number | undefined; ; ) {
    const swept = await store.retention.sweep({ endedBefore: ALL_OLD, ...(after !== undefined && { after }) })
    if (swept.next === undefined) return
    after = swept.next
  }
}

async function sweepUntilKilled(lines: number): Promise<void> {
  const child = spawn(process.execPath, [CHILD, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)))
  let heard = 0
  for await (const _ of createInterface({ input: child.stdout })) if (++heard === lines) child.kill('SIGKILL')
  expect(await exited).toBe('SIGKILL')
}

it('a process that is killed while it trims leaves each log either whole or trimmed, and every view as it was', async () => {
  const filled = await open()
  await fill(filled)
  const before = withoutStart(await viewsOf(filled))
  await filled.close()
  for (const lines of [1, 2, 3, 6, 11]) {
    await sweepUntilKilled(lines)
    const store = await open()
    const views = await viewsOf(store)
    expect(withoutStart(views)).toEqual(before)
    for (const [n, { firstSeq, seq }] of views.entries()) {
      expect([1, seq + 1]).toContain(firstSeq)
      const read = await store.log.read(ALICE, keyOf(n), { after: firstSeq - 1, ...RANGE })
      expect(read).toMatchObject({ type: 'chunk', lastSeq: seq })
    }
    await store.close()
  }
  const archive = openSqliteArchive(directory)
  expect(archive.check(() => {}).problems).toEqual([])
  archive.close()
})

it('the segments of a trimmed log are deleted a few at a time, until none is left', async () => {
  const store = await open({ segmentBytes: 1_000 })
  await fill(store, 2_000)
  const pieces: number[] = []
  for (let after: number | undefined; ; ) {
    const swept = await store.retention.sweep({ endedBefore: ALL_OLD, ...(after !== undefined && { after }) })
    pieces.push(swept.trimmed)
    if (swept.next === undefined) break
    after = swept.next
  }
  expect(pieces.filter((trimmed) => trimmed > 0)).toHaveLength(THREADS)
  // Each thread takes several pieces of nothing but deleting.
  expect(pieces.length).toBeGreaterThan(3 * THREADS)
  const before = await viewsOf(store)
  await store.close()
  const again = await open()
  expect(await viewsOf(again)).toEqual(before)
  expect(await again.retention.sweep({ endedBefore: ALL_OLD })).toEqual({ trimmed: 0 })
  await again.close()
})

it('commits are answered between the pieces of a sweep, in the order in which they came', async () => {
  const store = await open()
  await fill(store)
  const order: string[] = []
  const swept = sweepAll(store).then(() => void order.push('swept'))
  await store.rooms.create(ALICE, { roomId: 'room-2', title: 'Room' })
  order.push('committed')
  await swept
  expect(order).toEqual(['committed', 'swept'])
  await store.close()
})

it('an export says from where a trimmed log goes on, and an import refuses such a thread', async () => {
  const store = await open()
  await fill(store)
  await sweepAll(store)
  await talk(store, keyOf(0), 'r-9', 3)
  const { firstSeq } = await viewOf(store, 0)
  await store.close()
  const archive = openSqliteArchive(directory)
  const room = { tenantId: 'local', roomId: 'room-1' }
  const lines = [...(archive.export(room, { exportedAt: '2026-01-01T00:00:00.000Z', redact: false }) ?? [])]
  const threads = lines.map((line) => JSON.parse(line)).filter(({ type }) => type === 'thread')
  expect(threads[0]).toMatchObject({ threadId: 'thread-0', firstSeq, runs: RUNS + 1 })
  expect(lines.map((line) => JSON.parse(line).seq).filter((seq) => seq !== undefined)[0]).toBe(firstSeq)
  expect(archive.check(() => {}).problems).toEqual([])
  archive.close()
  const elsewhere = temporaryDirectory()
  const other = openSqliteArchive(elsewhere)
  expect(() => other.import(lines)).toThrow(ArchiveError)
  expect(() => openSqliteArchive(elsewhere).import(lines)).toThrow(
    /begins at position \d+, because retention trimmed it/,
  )
  rmSync(elsewhere, { recursive: true })
})

it('a checkpoint that is damaged behind a trimmed log is a fault that is reported, never an empty thread', async () => {
  const store = await open()
  await fill(store)
  await sweepAll(store)
  await store.close()
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(`${directory}/holdfast.db`)
  database.exec("UPDATE checkpoint SET body = substr(body, 1, length(body) - 2) || '}}'")
  database.close()
  const again = await open()
  await expect(viewOf(again, 0)).rejects.toMatchObject({ code: expect.stringMatching(/^storage_/) })
  await again.close()
  const archive = openSqliteArchive(directory)
  expect(archive.check(() => {}).problems).toHaveLength(THREADS)
  archive.close()
})
