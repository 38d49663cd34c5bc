/**
 * Opens a store that schema 8 wrote, with threads in every state and two tenants (`fixtures/full-schema-8.sql`). The
 * process that wrote it also recorded its answers (`fixtures/full-schema-8.fixture.json`). This version must give the
 * same answers.
 */
import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ALICE, asking, BOB, EVE, said } from '../contract/world.ts'
import type { Store } from '../port.ts'
import answered from './fixtures/full-schema-8.fixture.json' with { type: 'json' }
import { createSharedClock, openInThread, temporaryDirectory } from './testing/harness.ts'

const PEOPLE = { alice: ALICE, eve: EVE } as const
const ALL = { maxBytes: 1_000_000, maxRecords: 10_000 }

let directory = ''
let store: Store
beforeEach(async () => {
  directory = temporaryDirectory()
  const database = new DatabaseSync(join(directory, 'holdfast.db'))
  database.exec(readFileSync(new URL('./fixtures/full-schema-8.sql', import.meta.url), 'utf8'))
  database.close()
  store = await open()
})
afterEach(async () => {
  await store.close()
  rmSync(directory, { recursive: true })
})

const open = () => openInThread({ directory, clock: createSharedClock(Date.UTC(2026, 0, 2)), publish() {} })
const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Everything from before schema 12 is read. */
const READ = { unread: false, readSeq: 0, completedSeq: 0 }
const asRead = (threads: readonly object[]) => threads.map((thread) => ({ ...thread, ...READ }))

/** The key for `room/thread`. */
function keyOf(path: string) {
  const [roomId = '', threadId = ''] = path.split('/')
  return { roomId, threadId }
}

async function entriesAfter(cursor: string, principal = ALICE): Promise<unknown[]> {
  const page = await store.inbox.read(principal, { cursor, ...ALL })
  if (page.type !== 'entries') throw new Error(page.type)
  return page.items.map(({ json }) => {
    const { unread = false, ...entry } = JSON.parse(json)
    expect(unread).toBe(false)
    return entry
  })
}

it('G12 every room, thread, run, queue and log of a store of schema 8 reads the same', async () => {
  for (const [name, principal] of Object.entries(PEOPLE)) {
    const before = answered[name as keyof typeof PEOPLE]
    expect(await store.rooms.list(principal, { limit: 200 })).toEqual({ type: 'page', items: before.rooms })
    for (const [roomId, items] of Object.entries(before.threads)) {
      expect(await store.threads.list(principal, roomId, { limit: 200 })).toEqual({
        type: 'page',
        items: asRead(items),
      })
    }
    for (const [roomId, threadIds] of Object.entries(before.searched)) {
      const found = await store.threads.list(principal, roomId, { limit: 200, q: 'orchards' })
      expect(found).toMatchObject({ items: threadIds.map((threadId) => ({ roomId, threadId })) })
    }
    for (const [path, log] of Object.entries(before.logs)) {
      const chunk = await store.log.read(principal, keyOf(path), { after: 0, ...ALL })
      if (chunk.type !== 'chunk') throw new Error(chunk.type)
      expect({ head: chunk.head, sha256: sha256(chunk.frames) }, path).toEqual(log)
      const end = { type: 'chunk', firstSeq: log.head + 1, lastSeq: log.head }
      expect(await store.log.read(principal, keyOf(path), { after: log.head, ...ALL }), path).toMatchObject(end)
    }
    for (const [path, sum] of Object.entries(before.snapshots)) {
      const snapshot = await store.threads.snapshot(principal, keyOf(path))
      if (snapshot.type !== 'snapshot') throw new Error(snapshot.type)
      const { subagents, progress, superseded, ...view } = snapshot.view
      expect({ subagents, progress, superseded }).toEqual({ subagents: [], progress: [], superseded: [] })
      // In the order of schema 8, of which the sum was made.
      const { key, messages, open, state, runs, queue, queuePaused, queueHeldBy, interrupts, ...rest } = view
      const known = { key, messages, open, state, runs, queue, queuePaused, queueHeldBy, interrupts, ...rest }
      expect(sha256(JSON.stringify(known)), path).toBe(sum)
    }
    for (const [path, items] of Object.entries(before.runs)) {
      expect(await store.runs.list(principal, keyOf(path), { limit: 200 }), path).toEqual({ type: 'page', items })
    }
    for (const [path, queue] of Object.entries(before.queues)) {
      expect(await store.runs.queue(principal, keyOf(path)), path).toEqual({ type: 'queue', queue })
    }
    const timeline = await store.runs.timeline(principal, { limit: 200 })
    const runs = timeline.type === 'page' ? timeline.items : []
    expect(runs.map((run) => `${run.roomId} ${run.threadId} ${run.runId} ${run.status}`)).toEqual(before.timeline)
    const { cursor: _, ...overview } = await store.inbox.overview(principal)
    expect(overview).toEqual({ rooms: before.overview.rooms, threads: asRead(before.overview.threads) })
  }
})

it('G12 a mute of schema 8 still applies to everyone whom it applied to', async () => {
  for (const [roomId, items] of Object.entries(answered.bob.threads)) {
    expect(await store.threads.list(BOB, roomId, { limit: 200 })).toEqual({ type: 'page', items: asRead(items) })
  }
})

it('G12 every cursor from schema 8 continues after the entry that it was given with', async () => {
  for (const [name, principal] of Object.entries(PEOPLE)) {
    const { inbox } = answered[name as keyof typeof PEOPLE]
    const all = inbox.beginning as [string, unknown][]
    const entries = all.map(([, entry]) => entry)
    for (const [index, [cursor]] of all.entries()) {
      expect(await entriesAfter(cursor, principal), cursor).toEqual(entries.slice(index + 1))
    }
    for (const moment of ['early', 'middle', 'late', 'eve'] as const) {
      expect(await entriesAfter(answered.cursors[moment], principal)).toHaveLength(inbox[moment].length)
    }
  }
  const { threads, rooms, runs } = answered.page
  const list = answered.alice.threads['room-1'].slice(5)
  expect(await store.threads.list(ALICE, 'room-1', { limit: 200, before: threads })).toMatchObject({ items: list })
  expect(await store.rooms.list(ALICE, { limit: 5, before: rooms })).toMatchObject({ items: [{ roomId: 'room-2' }] })
  expect(await store.runs.timeline(ALICE, { limit: 200, before: runs })).toMatchObject({ type: 'page' })
})

it('G12 remembered cancels and queued runs of schema 8 still work, and deleted threads stay deleted', async () => {
  for (const [principal, roomId, reason] of [
    [ALICE, 'room-1', 'too late'],
    [ALICE, 'room-2', undefined],
    [EVE, 'room-3', 'not mine'],
  ] as const) {
    const key = { roomId, threadId: 'idle' }
    const outcome = { type: 'cancelled', by: principal.personId, ...(reason !== undefined && { reason }) }
    expect(await store.runs.start(principal, key, asking('run-9')), roomId).toMatchObject({ run: { outcome } })
  }
  expect(await store.work.settleOrphans('all')).toBe(3)
  const working = { roomId: 'room-1', threadId: 'working' }
  expect(await store.runs.get(ALICE, working, 'run-1')).toMatchObject({ run: { outcome: { code: 'worker_lost' } } })
  expect(await store.runs.get(ALICE, { ...working, threadId: 'cancelling' }, 'run-1')).toMatchObject({
    run: { outcome: { type: 'cancelled', by: 'alice', reason: 'Stop.' } },
  })
  expect(await store.log.read(ALICE, { roomId: 'room-1', threadId: 'deleted' }, { after: 0, ...ALL })).toMatchObject({
    type: 'deleted',
  })
  expect(await store.rooms.get(ALICE, 'room-4')).toEqual({ type: 'deleted' })
  const claims = await store.work.claim({ workerId: 'w', limit: 10, leaseMs: 15_000 })
  expect(claims.map(({ lease }) => `${lease.roomId}/${lease.threadId}`).toSorted()).toEqual([
    'room-2/queued',
    'room-3/queued',
  ])
  expect(claims.find(({ lease }) => lease.roomId === 'room-2')?.input.messages).toEqual([
    said('run-1-q', 'Other words.'),
  ])
  await store.close()
  const database = new DatabaseSync(join(directory, 'holdfast.db'))
  expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([])
  database.close()
  store = await open()
})
