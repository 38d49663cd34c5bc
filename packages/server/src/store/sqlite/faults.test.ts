import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { EventType } from '@ag-ui/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { asking, said } from '../contract/world.ts'
import type { Claim, Notice, Store } from '../port.ts'
import { createSqliteStore } from './sqlite-store.ts'
import { openInThread, openInWorkers, temporaryDirectory } from './testing/harness.ts'

const ALICE = { tenantId: 'acme', personId: 'alice' }
const ROOM = { roomId: 'room-1', title: 'Room', agentId: 'demo' }
const thread = (n: number) => ({ roomId: ROOM.roomId, threadId: `thread-${n}` })

let directory = ''
beforeEach(() => {
  directory = temporaryDirectory()
})
afterEach(() => rmSync(directory, { recursive: true }))

async function begin(store: Store, n: number): Promise<Claim> {
  expect(await store.runs.start(ALICE, thread(n), asking('run'))).toMatchObject({ type: 'accepted' })
  const [claim] = await store.work.claim({ workerId: 'worker', limit: 1, leaseMs: 60_000 })
  expect(claim?.lease).toMatchObject(thread(n))
  return claim as Claim
}

function opening(messageId: string): string {
  return JSON.stringify({ type: EventType.TEXT_MESSAGE_START, messageId, role: 'assistant' })
}

function delta(messageId: string, text: string): string {
  return JSON.stringify({ type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: text })
}

async function textOf(store: Store, n: number): Promise<string> {
  const snapshot = await store.threads.snapshot(ALICE, thread(n))
  if (snapshot.type !== 'snapshot') throw new Error(snapshot.type)
  return String(snapshot.view.messages.at(-1)?.content)
}

const wait = (store: Store, n: number) =>
  store.log.read(ALICE, thread(n), { after: 0, maxBytes: 1_000_000, maxRecords: 1_000 })

describe('a full disk', () => {
  it('keeps nothing of a write that did not fit, not even in memory, and works again once there is space', async () => {
    const maxPages = new Int32Array(new SharedArrayBuffer(4))
    const notices: Notice[] = []
    const publish = (notice: Notice) => void notices.push(notice)
    const store = await openInThread({ directory, publish, maxPages })
    await store.rooms.create(ALICE, ROOM)
    const [one, two] = [await begin(store, 1), await begin(store, 2)]
    await store.work.append(one.lease, [opening('a')])
    await store.work.append(two.lease, [opening('b')])
    const before = { log: await wait(store, 1), notices: notices.length }

    maxPages[0] = 1
    const large = 'x'.repeat(100_000)
    const request = asking('run', { messages: [said('q-3', large)] })
    const batch = await Promise.allSettled([
      store.work.append(one.lease, [delta('a', large)]),
      store.work.append(two.lease, [delta('b', 'small')]),
      store.runs.start(ALICE, thread(3), request),
      store.work.end(two.lease, { events: [], outcome: { type: 'succeeded' } }),
      store.runs.cancelRun(ALICE, thread(1), 'run'),
    ])
    for (const result of batch) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'storage_full' } })
    expect(await wait(store, 1)).toEqual(before.log)
    expect(notices).toHaveLength(before.notices)
    expect(await store.threads.snapshot(ALICE, thread(3))).toEqual({ type: 'not_found' })

    maxPages[0] = 0
    expect(await store.work.append(one.lease, [delta('a', 'one')])).toEqual({ type: 'running' })
    expect(await store.work.append(two.lease, [delta('b', 'two')])).toEqual({ type: 'running' })
    expect(await textOf(store, 1)).toBe('one')
    const whole = await wait(store, 2)
    await store.close()

    const again = await openInThread({ directory, publish })
    expect(await textOf(again, 1)).toBe('one')
    expect(await wait(again, 2)).toEqual(whole)
    await again.close()
  })
})

describe('a store that is damaged while it is open', () => {
  it('serves no record whose bytes are not those that were written, and the other threads still work (G11)', async () => {
    const store = await openInThread({ directory, publish() {} })
    await store.rooms.create(ALICE, ROOM)
    for (const n of [1, 2]) {
      const { lease } = await begin(store, n)
      await store.work.append(lease, [opening('a'), delta('a', 'The truth.')])
      await store.work.end(lease, { events: [], outcome: { type: 'succeeded' } })
    }
    await store.close()

    const database = new DatabaseSync(join(directory, 'holdfast.db'))
    database.exec(
      "UPDATE segment SET body = CAST(replace(CAST(body AS TEXT), 'truth', 'lie!!') AS BLOB) WHERE thread = 1",
    )
    database.close()

    const again = await openInThread({ directory, publish() {} })
    await expect(wait(again, 1)).rejects.toMatchObject({ code: 'storage_failed' })
    expect(await wait(again, 2)).toMatchObject({ type: 'chunk' })
    expect(await textOf(again, 2)).toBe('The truth.')
    await again.close()
  })
})

describe('a call that fails', () => {
  it('fails no other call of its batch', async () => {
    const store = await openInThread({ directory, publish() {} })
    await store.rooms.create(ALICE, ROOM)
    const { lease } = await begin(store, 1)
    const unstorable = { ...ROOM, roomId: 'room-2', title: Symbol.iterator.description as unknown as string }
    const broken = { ...ROOM, roomId: 'room-3', title: { toString: 1 } as unknown as string }
    const results = await Promise.allSettled([
      store.work.append(lease, [opening('a')]),
      store.rooms.create(ALICE, broken),
      store.rooms.create(ALICE, unstorable),
      store.work.append(lease, [delta('a', 'kept')]),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
    expect(await textOf(store, 1)).toBe('kept')
    await store.close()
  })
})

describe('the worker thread', () => {
  it('fails every pending and every later call when it dies', async () => {
    const workers = openInWorkers()
    const store = await workers.open({ directory, publish() {} })
    const pending = Array.from({ length: 10 }, (_, n) => store.rooms.create(ALICE, { ...ROOM, roomId: `room-${n}` }))
    const settled = Promise.allSettled(pending)
    await workers.close()
    for (const result of await settled) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'storage_closed' })
    }
    await expect(store.rooms.get(ALICE, 'room-1')).rejects.toMatchObject({ code: 'storage_closed' })
    await expect(wait(store, 1)).rejects.toMatchObject({ code: 'storage_closed' })
    await store.close()
  })

  it('finishes pending work before it exits, and leaves one database file and its lock', async () => {
    const store = await createSqliteStore({ directory, publish() {} })
    const creating = store.rooms.create(ALICE, ROOM)
    const closing = store.close()
    expect(await creating).toMatchObject({ type: 'created' })
    await Promise.all([closing, store.close()])
    expect(readdirSync(directory).sort()).toEqual(['holdfast.db', 'lock.db'])
  })
})
