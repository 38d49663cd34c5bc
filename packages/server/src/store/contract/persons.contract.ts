/**
 * Contract: per-person state: a person's settings of a thread, and the log that only this person reads, merged into the
 * inbox.
 */
import { DEFAULT_NOTIFICATION_SETTINGS } from '@holdfast/core'
import { expect, it } from 'vitest'
import { MAX_PERSON_ENTRIES } from '../decide/inbox.ts'
import type { Principal } from '../principal.ts'
import { ALICE, asking, BOB, type InWorld, OTHER_ROOM, ROOM, THREAD, type World } from './world.ts'

const UNTIL = Date.UTC(2030, 0, 1)
const MUTED = { mutedUntil: '2030-01-01T00:00:00.000Z' }
/** Another tenant's person with Alice's name. */
const NAMESAKE: Principal = { tenantId: 'elsewhere', personId: ALICE.personId }

const headOf = async (world: World, principal: Principal) => (await world.store.inbox.overview(principal)).cursor

/** The whole inbox after a cursor, read in pages of `maxRecords`. */
async function entriesAfter(world: World, principal: Principal, from: string, maxRecords = 1_000) {
  const entries: Record<string, unknown>[] = []
  const cursors: string[] = []
  let cursor = from
  for (;;) {
    const page = await world.store.inbox.read(principal, { cursor, maxBytes: 1_000_000, maxRecords })
    if (page.type !== 'entries') throw new Error(page.type)
    expect(page.items.length).toBeLessThanOrEqual(maxRecords)
    for (const item of page.items) {
      entries.push(JSON.parse(item.json))
      cursors.push(item.cursor)
      cursor = item.cursor
    }
    if (!page.more) return { entries, cursors }
    expect(page.items.length, 'each page makes progress').toBeGreaterThan(0)
  }
}

/** The thread as the person sees it in every place that shows it. */
async function shownTo({ store }: World, principal: Principal) {
  const list = await store.threads.list(principal, THREAD.roomId, { limit: 9 })
  const found = await store.threads.list(principal, THREAD.roomId, { limit: 9, q: 'text' })
  const snapshot = await store.threads.snapshot(principal, THREAD)
  const overview = await store.inbox.overview(principal)
  const threads = [
    list.type === 'page' ? list.items : [],
    found.type === 'page' ? found.items : [],
    snapshot.type === 'snapshot' ? [snapshot.thread] : [],
    overview.threads,
  ]
  return threads.map(([thread]) => thread?.mutedUntil)
}

/** Mutes the thread `times` times, each time until another time, numbered from `from`. */
async function muteTimes(world: World, from: number, times: number): Promise<void> {
  const changes = Array.from({ length: times }, (_, n) => ({ mutedUntil: UNTIL + from + n }))
  await Promise.all(changes.map((change) => world.store.threads.change(ALICE, THREAD, change)))
}

export function personsContract(inWorld: InWorld): void {
  it(
    'a mute applies to the person who asks and to nobody else, wherever the thread is shown, also after a restart',
    inWorld(async (world) => {
      await world.store.rooms.create(NAMESAKE, ROOM)
      for (const principal of [ALICE, NAMESAKE]) await world.store.runs.start(principal, THREAD, asking('r-1'))
      const before = await world.log()
      expect(await world.store.threads.change(ALICE, THREAD, { mutedUntil: UNTIL })).toMatchObject({ thread: MUTED })
      const yes = Array(4).fill(MUTED.mutedUntil)
      const no = Array(4).fill(undefined)
      for (const _ of [1, 2]) {
        expect(await shownTo(world, ALICE)).toEqual(yes)
        expect(await shownTo(world, BOB)).toEqual(no)
        expect(await shownTo(world, NAMESAKE)).toEqual(no)
        await world.reopen()
      }
      expect(await world.log(), 'the log of the thread is shared').toEqual(before)
      expect(await world.store.threads.change(ALICE, THREAD, { mutedUntil: null })).not.toHaveProperty(
        'thread.mutedUntil',
      )
      expect(await shownTo(world, ALICE)).toEqual(no)
    }),
  )

  it(
    'a retried creation is answered with the settings of the person who asks',
    inWorld(async ({ store }) => {
      await store.threads.create(ALICE, THREAD, 'Tea')
      await store.threads.change(ALICE, THREAD, { mutedUntil: UNTIL })
      expect(await store.threads.create(ALICE, THREAD, 'Tea')).toMatchObject({ type: 'same', thread: MUTED })
      expect(await store.threads.create(BOB, THREAD, 'Tea')).not.toHaveProperty('thread.mutedUntil')
    }),
  )

  it(
    'a mute is reported in the inbox of that person only, and notifies only that person',
    inWorld(async (world) => {
      const { store } = world
      await store.threads.create(ALICE, THREAD, 'Tea')
      const people = [ALICE, BOB, NAMESAKE]
      const from = await Promise.all(people.map((principal) => headOf(world, principal)))
      const told = world.notices.length
      await store.threads.change(ALICE, THREAD, { mutedUntil: UNTIL })
      await store.threads.change(ALICE, THREAD, { mutedUntil: UNTIL })
      await store.threads.change(ALICE, THREAD, { mutedUntil: null })
      const own = { type: 'inbox.more', tenantId: ALICE.tenantId, personId: ALICE.personId }
      expect(world.notices.slice(told)).toEqual([own, own])
      const read = await Promise.all(people.map((who, n) => entriesAfter(world, who, from[n] ?? '')))
      expect(read.map(({ entries }) => entries)).toEqual([
        [
          { ...THREAD, at: expect.any(String), type: 'ThreadChanged', ...MUTED },
          { ...THREAD, at: expect.any(String), type: 'ThreadChanged', mutedUntil: null },
        ],
        [],
        [],
      ])
    }),
  )

  it(
    'a change of title and mute reports the title to everyone and the mute to one person',
    inWorld(async (world) => {
      await world.store.threads.create(ALICE, THREAD, 'Tea')
      const from = await headOf(world, BOB)
      await world.store.threads.change(ALICE, THREAD, { title: 'Coffee', mutedUntil: UNTIL })
      const [hers, his] = [await entriesAfter(world, ALICE, from), await entriesAfter(world, BOB, from)]
      expect(his.entries).toEqual([expect.objectContaining({ type: 'ThreadChanged', title: 'Coffee' })])
      expect(his.entries[0]).not.toHaveProperty('mutedUntil')
      expect(hers.entries).toEqual([...his.entries, expect.objectContaining({ type: 'ThreadChanged', ...MUTED })])
    }),
  )

  it(
    'a room is muted for the person who asks and for nobody else, wherever the room is shown, also after a restart',
    inWorld(async (world) => {
      const mutedIn = async (principal: Principal) => {
        const { rooms } = world.store
        const list = await rooms.list(principal, { limit: 9 })
        const one = await rooms.get(principal, ROOM.roomId)
        const same = await rooms.create(principal, ROOM)
        const changed = await rooms.change(principal, ROOM.roomId, {})
        const first = list.type === 'page' ? list.items.find(({ roomId }) => roomId === ROOM.roomId) : undefined
        return [first, ...[one, same, changed].map((answer) => ('room' in answer ? answer.room : undefined))].map(
          (room) => room?.mutedUntil,
        )
      }
      await world.store.rooms.create(NAMESAKE, ROOM)
      const people = [ALICE, BOB, NAMESAKE]
      const from = await Promise.all(people.map((principal) => headOf(world, principal)))
      const told = world.notices.length
      await world.store.rooms.change(ALICE, ROOM.roomId, { mutedUntil: UNTIL })
      await world.store.rooms.change(ALICE, ROOM.roomId, { mutedUntil: UNTIL })
      const own = { type: 'inbox.more', tenantId: ALICE.tenantId, personId: ALICE.personId }
      expect(world.notices.slice(told)).toEqual([own])
      await world.reopen()
      expect(await mutedIn(ALICE)).toEqual(Array(4).fill(UNTIL))
      for (const other of [BOB, NAMESAKE]) expect(await mutedIn(other)).toEqual(Array(4).fill(undefined))
      await world.store.rooms.change(ALICE, ROOM.roomId, { title: 'Tea', mutedUntil: null })
      expect(await mutedIn(ALICE)).toEqual(Array(4).fill(undefined))
      const read = await Promise.all(people.map((who, n) => entriesAfter(world, who, from[n] ?? '')))
      const changed = { roomId: ROOM.roomId, at: expect.any(String), type: 'RoomChanged' }
      const renamed = { ...changed, title: 'Tea', agentId: 'demo' }
      expect(read.map(({ entries }) => entries)).toEqual([
        [renamed, { ...changed, ...MUTED }, { ...changed, mutedUntil: null }],
        [renamed],
        [],
      ])
    }),
  )

  it(
    'notification settings belong to one person, are reported to that person only, and survive a restart',
    inWorld(async (world) => {
      const settings = { ...DEFAULT_NOTIFICATION_SETTINGS, needsYouBreaksThrough: true }
      const people = [ALICE, BOB, NAMESAKE]
      const from = await Promise.all(people.map((principal) => headOf(world, principal)))
      for (const who of people) expect(await world.store.settings.get(who)).toEqual(DEFAULT_NOTIFICATION_SETTINGS)
      expect(await world.store.settings.put(ALICE, settings)).toEqual(settings)
      expect(await world.store.settings.put(ALICE, settings)).toEqual(settings)
      await world.reopen()
      const held = await Promise.all(people.map((who) => world.store.settings.get(who)))
      expect(held).toEqual([settings, DEFAULT_NOTIFICATION_SETTINGS, DEFAULT_NOTIFICATION_SETTINGS])
      const read = await Promise.all(people.map((who, n) => entriesAfter(world, who, from[n] ?? '')))
      expect(read.map(({ entries }) => entries)).toEqual([
        [{ at: expect.any(String), type: 'SettingsChanged', settings }],
        [],
        [],
      ])
    }),
  )

  it(
    'both logs are merged in pages of any size, each entry once, and continue from each cursor, also after a restart',
    inWorld(async (world) => {
      const { store, advance } = world
      const from = await headOf(world, ALICE)
      for (let n = 0; n < 5; n++) {
        const key = { ...THREAD, threadId: `t-${n}` }
        await store.threads.create(ALICE, key, `Thread ${n}`)
        await store.threads.change(ALICE, key, { mutedUntil: UNTIL + n })
        advance(1)
      }
      const whole = await entriesAfter(world, ALICE, from)
      expect(whole.entries).toHaveLength(10)
      for (const maxRecords of [1, 3]) {
        expect((await entriesAfter(world, ALICE, from, maxRecords)).entries).toEqual(whole.entries)
      }
      await world.reopen()
      for (const [index, cursor] of whole.cursors.entries()) {
        expect(cursor.length).toBeLessThanOrEqual(48)
        expect((await entriesAfter(world, ALICE, cursor)).entries, cursor).toEqual(whole.entries.slice(index + 1))
      }
      await world.store.threads.change(ALICE, { ...THREAD, threadId: 't-0' }, { mutedUntil: null })
      const last = whole.cursors.at(-1) ?? ''
      expect((await entriesAfter(world, ALICE, last)).entries).toMatchObject([{ threadId: 't-0', mutedUntil: null }])
      expect(await headOf(world, ALICE)).toBe((await entriesAfter(world, ALICE, last)).cursors[0])
    }),
  )

  it(
    'a cursor without a position of the person is continued, and one from the future is refused',
    inWorld(async (world) => {
      await world.store.threads.create(ALICE, THREAD, 'Tea')
      // A generation may contain a hyphen.
      const [, generation, position] = /^(.{8})-(\d+)$/.exec(await headOf(world, ALICE)) ?? []
      await world.store.threads.change(ALICE, THREAD, { mutedUntil: UNTIL })
      expect((await entriesAfter(world, ALICE, `${generation}-${position}`)).entries).toMatchObject([MUTED])
      const read = (cursor: string, principal = ALICE) =>
        world.store.inbox.read(principal, { cursor, maxBytes: 1_000, maxRecords: 9 })
      expect(await read(`${generation}-${position}-2`)).toEqual({ type: 'inbox_ahead' })
      expect(await read(`${generation}-${position}-1`, BOB), "another person's cursor").toEqual({ type: 'inbox_ahead' })
      for (const forged of ['-0', '-01', '--1', '-1-1', '-x']) {
        expect(await read(`${generation}-${position}${forged}`), forged).toEqual({ type: 'invalid_cursor' })
      }
    }),
  )

  it(
    'I8 a deleted thread takes each person’s settings of it with it',
    inWorld(async (world) => {
      const { store } = world
      const other = { roomId: OTHER_ROOM.roomId, threadId: THREAD.threadId }
      const from = await headOf(world, ALICE)
      for (const key of [THREAD, other]) {
        await store.threads.create(ALICE, key, 'Tea')
        await store.threads.change(ALICE, key, { mutedUntil: UNTIL })
      }
      const seen = await headOf(world, ALICE)
      await store.threads.delete(ALICE, THREAD, false)
      const left = (await entriesAfter(world, ALICE, from)).entries
      expect(left.filter(({ mutedUntil }) => mutedUntil)).toMatchObject([other])
      await store.threads.change(ALICE, other, { mutedUntil: null })
      await world.reopen()
      const after = (await entriesAfter(world, ALICE, seen)).entries
      expect(after).toMatchObject([{ type: 'ThreadDeleted' }, { ...other, mutedUntil: null }])
      await world.store.rooms.delete(ALICE, OTHER_ROOM.roomId, true)
      expect(JSON.stringify((await entriesAfter(world, ALICE, from)).entries)).not.toContain('mutedUntil')
    }),
  )

  it(
    'the log of a person is trimmed: a cursor from before it is too old, and a freshly loaded inbox continues',
    inWorld(async (world) => {
      await world.store.threads.create(ALICE, THREAD, 'Tea')
      const [before, his] = [await headOf(world, ALICE), await headOf(world, BOB)]
      await muteTimes(world, 0, 1)
      const first = await headOf(world, ALICE)
      await muteTimes(world, 1, MAX_PERSON_ENTRIES)
      const read = (cursor: string, principal = ALICE) =>
        world.store.inbox.read(principal, { cursor, maxBytes: 1_000_000, maxRecords: 9 })
      expect(await read(before)).toEqual({ type: 'inbox_gone' })
      const kept = (await entriesAfter(world, ALICE, first)).entries
      expect(kept).toHaveLength(MAX_PERSON_ENTRIES)
      await world.reopen()
      expect(await read(before)).toEqual({ type: 'inbox_gone' })
      expect((await entriesAfter(world, ALICE, first)).entries).toEqual(kept)
      expect(await read(his, BOB)).toEqual({ type: 'entries', items: [], more: false })
      const again = await headOf(world, ALICE)
      await world.store.threads.change(ALICE, THREAD, { mutedUntil: null })
      expect((await entriesAfter(world, ALICE, again)).entries).toMatchObject([{ mutedUntil: null }])
    }),
  )
}
