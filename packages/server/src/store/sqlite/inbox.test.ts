import { cpSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ALICE, ROOM } from '../contract/world.ts'
import { encodeInboxCursor } from '../decide/inbox-cursor.ts'
import type { InboxItem, Store } from '../port.ts'
import { openStore } from './open-store.ts'
import { createPersonLog } from './person-log.ts'
import { createReads } from './reads.ts'
import { createSearches } from './searches.ts'
import { openInThread, temporaryDirectory } from './testing/harness.ts'
import { countStatements, planOf } from './testing/statement-count.ts'

let directory = ''
beforeEach(() => {
  directory = temporaryDirectory()
})
afterEach(() => rmSync(directory, { recursive: true }))

const open = (where = directory) => openInThread({ directory: where, publish() {} })
const BOUNDS = { maxBytes: 100_000, maxRecords: 100 }

async function rename(store: Store, ...titles: readonly string[]) {
  for (const title of titles) await store.rooms.change(ALICE, ROOM.roomId, { title })
}

async function titlesAfter(store: Store, cursor: string): Promise<string[] | string> {
  const page = await store.inbox.read(ALICE, { cursor, ...BOUNDS })
  return page.type === 'entries' ? page.items.map(titleOf) : page.type
}

const titleOf = ({ json }: InboxItem) => String(JSON.parse(json).title)
const headOf = async (store: Store) => (await store.inbox.overview(ALICE)).cursor

describe('the inbox of a store that was restored from an older copy', () => {
  it('refuses a cursor that saw entries which the copy lacks, however much is written afterwards', async () => {
    const live = join(directory, 'live')
    const copy = join(directory, 'copy')
    const first = await open(live)
    await first.rooms.create(ALICE, ROOM)
    const early = await headOf(first)
    await rename(first, 'before the copy')
    await first.close()
    cpSync(live, copy, { recursive: true })

    const second = await open(live)
    await rename(second, 'lost 1', 'lost 2')
    const late = await headOf(second)
    await second.close()

    const restored = await open(copy)
    expect(await titlesAfter(restored, late), 'at once').toBe('inbox_ahead')
    expect(await titlesAfter(restored, early)).toEqual(['before the copy'])
    await rename(restored, 'new 1', 'new 2', 'new 3')
    expect(await titlesAfter(restored, late), 'once the log is longer than the lost part').toBe('inbox_ahead')
    expect(await titlesAfter(restored, early)).toEqual(['before the copy', 'new 1', 'new 2', 'new 3'])
    await restored.close()
  })

  it('refuses it also if the copy was taken while the store was open', async () => {
    const live = join(directory, 'live')
    const copy = join(directory, 'copy')
    const first = await open(live)
    await first.rooms.create(ALICE, ROOM)
    cpSync(live, copy, { recursive: true, filter: (path) => !path.includes('lock.db') })
    await rename(first, 'lost 1', 'lost 2')
    const late = await headOf(first)
    await first.close()

    const restored = await open(copy)
    await rename(restored, 'new 1', 'new 2', 'new 3')
    expect(await titlesAfter(restored, late)).toBe('inbox_ahead')
    await restored.close()
  })
})

it('continues from any cursor after any number of openings, whether or not they wrote anything', async () => {
  const cursors: string[] = []
  let store = await open()
  await store.rooms.create(ALICE, ROOM)
  cursors.push(await headOf(store))
  for (let n = 0; n < 6; n++) {
    await store.close()
    store = await open()
    if (n % 2 === 0) await rename(store, `title ${n}`)
    cursors.push(await headOf(store))
  }
  expect(await titlesAfter(store, cursors[0] ?? '')).toEqual(['title 0', 'title 2', 'title 4'])
  expect(await titlesAfter(store, cursors[2] ?? '')).toEqual(['title 2', 'title 4'])
  expect(await titlesAfter(store, cursors.at(-1) ?? '')).toEqual([])
  await store.close()
})

it('keeps the entries of a store of schema 4, in commit order (G12)', async () => {
  const database = new DatabaseSync(join(directory, 'holdfast.db'))
  database.exec(readFileSync(new URL('./fixtures/schema-4.sql', import.meta.url), 'utf8'))
  const insert = database.prepare(
    "INSERT INTO inbox (no, room_id, seq, thread_id, body) VALUES (?, 'room-1', ?, NULL, ?)",
  )
  for (const [no, seq] of [3, 4, 7].entries()) insert.run(seq, no + 1, JSON.stringify({ roomId: 'room-1', title: seq }))
  database.close()

  const store = await open()
  expect(await titlesAfter(store, 'AAAAAAAA-0')).toEqual(['3', '4', '7'])
  const head = await headOf(store)
  await store.rooms.change(ALICE, 'room-1', { title: 'Renamed' })
  expect(await titlesAfter(store, head)).toEqual(['Renamed'])
  await store.close()
})

it('refuses a cursor that saw entries of a person’s log which an older copy lacks, however much is written afterwards', async () => {
  const live = join(directory, 'live')
  const copy = join(directory, 'copy')
  const thread = { roomId: ROOM.roomId, threadId: 't' }
  const mute = (store: Store, ...times: readonly number[]) =>
    Promise.all(times.map((mutedUntil) => store.threads.change(ALICE, thread, { mutedUntil })))
  const first = await open(live)
  await first.rooms.create(ALICE, ROOM)
  await first.threads.create(ALICE, thread, 'Tea')
  await mute(first, 1)
  const early = await headOf(first)
  cpSync(live, copy, { recursive: true, filter: (path) => !path.includes('lock.db') })
  await mute(first, 2, 3)
  const late = await headOf(first)
  await first.close()

  const restored = await open(copy)
  const after = async (cursor: string) => {
    const page = await restored.inbox.read(ALICE, { cursor, ...BOUNDS })
    return page.type === 'entries' ? page.items.length : page.type
  }
  expect(await after(late), 'at once').toBe('inbox_ahead')
  expect(await after(early)).toBe(0)
  await mute(restored, 4, 5, 6, 7)
  expect(await after(late), 'once the log is longer than the lost part').toBe('inbox_ahead')
  expect(await after(early)).toBe(4)
  await restored.close()
})

it('finds the entries of a person by their position and reads none of other people', () => {
  const { database, close } = openStore({ directory })
  const count = countStatements()
  const log = createPersonLog(database)
  log.positions(ALICE, () => 1).lastOf('x')
  log.read(ALICE, { after: 0, maxRecords: 1, maxBytes: 1 })
  const texts = [...count.texts.keys()].filter((text) => text.includes('FROM person_entry'))
  expect(texts.length).toBeGreaterThan(1)
  for (const text of texts) {
    expect(planOf(database, text).join('; '), text).not.toMatch(/SCAN person_entry|TEMP B-TREE/)
  }
  close()
})

it('reads with as many statements and rows in a store of many rooms as in one of few', () => {
  const store = openStore({ directory })
  const { data, database } = store
  const reads = createReads(store, createSearches(store.path))
  const room = (n: number) => ({ ...ROOM, roomId: `room-${n}`, tenantId: 'acme', ownerId: 'alice', createdAt: n })
  const count = countStatements()
  let rooms = 0

  /** The cost of reading one entry in a store that has grown to this many rooms. */
  function costAt(size: number) {
    for (; rooms < size; rooms++) {
      data.putRoom(room(rooms))
      data.tellRoom(room(rooms), rooms)
    }
    const cursor = encodeInboxCursor({ ...data.inbox.head(), own: 0 })
    data.tellRoom(room(0), rooms)
    count.take()
    const page = reads['inbox.read'](ALICE, { cursor, ...BOUNDS })
    expect(page).toMatchObject({ type: 'entries', more: false, items: [{}] })
    return count.take()
  }

  const few = costAt(4)
  expect(few.rows).toBeGreaterThan(0)
  expect(costAt(400)).toEqual(few)
  // Each tenant has its own range of the index: entries of other tenants are skipped without being read.
  const reading = [...count.texts.keys()].filter((text) => text.includes('FROM inbox WHERE tenant'))
  expect(reading.map((text) => planOf(database, text))).toEqual([
    ['SEARCH inbox USING INDEX inbox_tenant (tenant=? AND no>?)'],
  ])
  store.close()
})
