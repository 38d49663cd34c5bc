import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { runTerminal } from '@holdfast/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MIGRATIONS } from './migrations.ts'
import { createSharedClock, openInThread, temporaryDirectory } from './testing/harness.ts'

const ALICE = { tenantId: 'acme', personId: 'alice' }
const thread = (n: number) => ({ roomId: 'room-1', threadId: `thread-${n}` })

let directory = ''
beforeEach(() => {
  directory = temporaryDirectory()
})
afterEach(() => rmSync(directory, { recursive: true }))

/** Every schema so far. A new step in `MIGRATIONS` needs its own fixture, written by the code before it. */
const SCHEMAS = MIGRATIONS.map((_, index) => index + 1)

it('a queue paused before schema 6 no longer looks busy, and a failure from before it is shown', async () => {
  const database = new DatabaseSync(join(directory, 'holdfast.db'))
  database.exec(readFileSync(new URL('./fixtures/schema-5.sql', import.meta.url), 'utf8'))
  const held = database.prepare("UPDATE thread SET status = 'queued', next_run = NULL WHERE no = ?")
  const end = database.prepare('UPDATE run SET status = ?, last_seq = 5 WHERE thread = ?')
  const wait = database.prepare(
    `INSERT INTO run (thread, run_id, tenant, owner, status, accepted_at, first_seq, detail)
     VALUES (?, 'waits', 'acme', 'alice', 'queued', 1, 6, '{}')`,
  )
  for (const [no, status] of [
    [1, 'cancelled'],
    [2, 'failed'],
  ] as const) {
    end.run(status, no)
    wait.run(no)
    held.run(no)
  }
  database.close()
  const store = await openInThread({ directory, publish() {} })
  expect(await store.threads.list(ALICE, 'room-1', { limit: 10 })).toMatchObject({
    items: expect.arrayContaining([
      expect.objectContaining({ threadId: 'thread-1', status: 'needs_you', paused: true, waiting: 1 }),
      expect.objectContaining({ threadId: 'thread-2', status: 'failed', paused: true, waiting: 1 }),
    ]),
  })
  await store.close()
})

it('a question from before schema 11 expires at its time, and one without a time stays open', async () => {
  const clock = createSharedClock()
  const asked = [{ expiresAt: new Date(Date.UTC(2026, 0, 1) + 60_000).toISOString() }, {}]
  const open = () => openInThread({ directory, clock, publish() {} })
  const before = await open()
  await before.rooms.create(ALICE, { roomId: 'room-1', title: 'First room' })
  for (const [n, more] of asked.entries()) {
    const request = { runId: 'r', agentId: 'demo', onBusy: 'reject', tools: [], context: [] } as const
    const messages = [{ id: 'q', role: 'user' as const, content: 'Hello' }]
    await before.runs.start(ALICE, thread(n), { ...request, messages })
    const [claim] = await before.work.claim({ workerId: 'w', limit: 1, leaseMs: 1_000 })
    if (!claim) throw new Error('Nothing to claim.')
    const outcome = { type: 'interrupted', interrupts: [{ id: 'i', reason: 'approval', ...more }] } as const
    await before.work.end(claim.lease, { events: [JSON.stringify(runTerminal(outcome, claim.lease))], outcome })
  }
  await before.close()
  const database = new DatabaseSync(join(directory, 'holdfast.db'))
  database.exec(`DROP TABLE webhook; DROP TABLE webhook_delivery; DROP TABLE trimmed; DROP TABLE person; DROP TABLE notice;
    DROP TABLE push_subscription; DROP TABLE vapid;
    DROP TABLE person_room; DROP TABLE person_settings; DROP INDEX thread_completed; DROP INDEX person_thread_marked;
    ALTER TABLE thread DROP COLUMN completed_seq; ALTER TABLE thread DROP COLUMN preview;
    ALTER TABLE person_thread DROP COLUMN read_seq; ALTER TABLE person_thread DROP COLUMN marked_unread;
    DROP INDEX thread_expiring; DROP INDEX thread_prunable;
    ALTER TABLE thread DROP COLUMN expires_at; ALTER TABLE thread DROP COLUMN steps_since; PRAGMA user_version = 10`)
  database.close()
  const store = await open()
  expect(await store.work.settleDue()).toEqual({ expired: 0, pruned: 0 })
  clock[0] = (clock[0] ?? 0) + 60_000
  expect(await store.work.settleDue()).toEqual({ expired: 1, pruned: 0 })
  const statuses = asked.map(async (_, n) => {
    const found = await store.threads.snapshot(ALICE, thread(n))
    return found.type === 'snapshot' && found.thread.status
  })
  expect(await Promise.all(statuses)).toEqual(['idle', 'needs_you'])
  await store.close()
})

it('S004-C7 a thread from before schema 12 counts as read for everyone, until its next run completes', async () => {
  const database = new DatabaseSync(join(directory, 'holdfast.db'))
  database.exec(readFileSync(new URL('./fixtures/schema-11.sql', import.meta.url), 'utf8'))
  database.close()
  const store = await openInThread({ directory, publish() {} })
  const BOB = { ...ALICE, personId: 'bob' }
  const unreadFor = async (who: typeof ALICE) => {
    const list = await store.threads.list(who, 'room-1', { limit: 10 })
    if (list.type !== 'page') throw new Error(list.type)
    return list.items.filter(({ unread }) => unread).map(({ threadId }) => threadId)
  }
  expect([await unreadFor(ALICE), await unreadFor(BOB)]).toEqual([[], []])
  // It was being written, and ends now.
  await store.work.settleOrphans('all')
  expect([await unreadFor(ALICE), await unreadFor(BOB)]).toEqual([['thread-2'], ['thread-2']])
  await store.marks.read(ALICE, thread(2), 1_000)
  await store.marks.unread(BOB, thread(1))
  expect([await unreadFor(ALICE), (await unreadFor(BOB)).toSorted()]).toEqual([[], ['thread-1', 'thread-2']])
  await store.close()
})

describe.each(SCHEMAS)('a store of schema %i, as a killed process left it', (version) => {
  it('is opened, migrated and can be used (G12, S001-5)', async () => {
    const database = new DatabaseSync(join(directory, 'holdfast.db'))
    database.exec(readFileSync(new URL(`./fixtures/schema-${version}.sql`, import.meta.url), 'utf8'))
    database.close()

    const store = await openInThread({ directory, publish() {} })
    expect(await store.rooms.get(ALICE, 'room-1')).toMatchObject({ type: 'room', room: { title: 'First room' } })
    expect(await store.threads.snapshot(ALICE, thread(1))).toMatchObject({
      thread: { status: 'idle', lastSeq: 8 },
      view: { messages: [{ content: 'Say "hé".' }, { content: 'hé' }], runs: [{ status: 'succeeded' }] },
    })
    expect(await store.log.read(ALICE, thread(2), { after: 0, maxBytes: 1, maxRecords: 1 })).toMatchObject({ head: 5 })

    expect(await store.work.settleOrphans('all')).toBe(1)
    expect(await store.threads.snapshot(ALICE, thread(2))).toMatchObject({
      thread: { status: 'failed' },
      view: { messages: [{}, { content: 'half' }], open: [], runs: [{ outcome: { code: 'worker_lost' } }] },
    })

    const request = { runId: 'run-9', agentId: 'demo', onBusy: 'reject', tools: [], context: [] } as const
    const message = { id: 'q', role: 'user', content: 'Again.' } as const
    expect(await store.runs.start(ALICE, thread(1), { ...request, messages: [message] })).toMatchObject({
      run: { status: 'cancelled', outcome: { reason: 'too late' } },
    })
    await store.close()

    const after = new DatabaseSync(join(directory, 'holdfast.db'))
    expect(after.prepare('PRAGMA user_version').get()).toEqual({ user_version: MIGRATIONS.length })
    expect(after.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
    after.close()
  })
})
