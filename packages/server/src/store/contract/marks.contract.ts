/** Contract: read marks of each person, what is unread because of them, and the line that shows what a thread says. */
import { expect, it } from 'vitest'
import { MAX_OVERVIEW_UNREAD } from '../decide/overview.ts'
import type { Principal } from '../principal.ts'
import {
  ALICE,
  asking,
  BOB,
  CANCELLED,
  EVE,
  EVES_ROOM,
  ending,
  FAILED,
  type InWorld,
  LEASE_MS,
  OTHER_ROOM,
  ROOM,
  SUCCEEDED,
  said,
  saying,
  THREAD,
  type World,
} from './world.ts'

const INTERRUPTED = { type: 'interrupted', interrupts: [{ id: 'i', reason: 'Which one?' }] } as const
/** Another tenant's person with Alice's name. */
const NAMESAKE: Principal = { tenantId: 'elsewhere', personId: ALICE.personId }
const BEYOND = 1_000_000

const at = (threadId: string, roomId = ROOM.roomId) => ({ roomId, threadId })

async function shown({ store }: World, principal = ALICE, key = THREAD) {
  const found = await store.threads.snapshot(principal, key)
  if (found.type !== 'snapshot') throw new Error(found.type)
  return found.thread
}

/** How many threads are unread, by room. */
async function unreadBy({ store }: World, principal = ALICE): Promise<Record<string, number>> {
  const { rooms } = await store.inbox.overview(principal)
  return Object.fromEntries(rooms.map(({ roomId, unread }) => [roomId, unread]))
}

async function entriesAfter({ store }: World, cursor: string, principal = ALICE) {
  const page = await store.inbox.read(principal, { cursor, maxBytes: 1_000_000, maxRecords: 1_000 })
  if (page.type !== 'entries') throw new Error(page.type)
  return page.items.map(({ json }) => JSON.parse(json) as Record<string, unknown>)
}

const headOf = async ({ store }: World, principal = ALICE) => (await store.inbox.overview(principal)).cursor

function unreadContract(inWorld: InWorld): void {
  it(
    'S000-59 a read thread that is marked as unread is unread, also after a restart; marking it again changes nothing',
    inWorld(async (world) => {
      await world.ended('r-1')
      await world.store.marks.read(ALICE, THREAD, BEYOND)
      expect(await shown(world)).toMatchObject({ unread: false })
      expect(await world.store.marks.unread(ALICE, THREAD)).toMatchObject({
        thread: { unread: true, markedUnread: true },
      })
      await world.reopen()
      expect(await shown(world)).toMatchObject({ unread: true, markedUnread: true })
      const from = await headOf(world)
      await world.store.marks.unread(ALICE, THREAD)
      expect(await entriesAfter(world, from)).toEqual([])
      expect(await unreadBy(world)).toMatchObject({ [ROOM.roomId]: 1 })
    }),
  )

  it(
    'S000-60 an unread thread that is read is no longer unread, and its room counts none',
    inWorld(async (world) => {
      await world.ended('r-1')
      expect(await unreadBy(world)).toMatchObject({ [ROOM.roomId]: 1 })
      const { completedSeq } = await shown(world)
      expect(await world.store.marks.read(ALICE, THREAD, completedSeq)).toMatchObject({
        thread: { unread: false, readSeq: completedSeq, completedSeq },
      })
      expect(await unreadBy(world)).toMatchObject({ [ROOM.roomId]: 0 })
      expect((await world.store.inbox.overview(ALICE)).threads).toEqual([])
    }),
  )

  it(
    'S000-61 a thread is unread or read; one that is unknown, foreign or in an unknown room is neither',
    inWorld(async (world) => {
      const { store } = world
      await world.ended('r-1')
      await world.ended('r-1', SUCCEEDED, at('read'))
      await store.marks.read(ALICE, at('read'), BEYOND)
      expect(await shown(world)).toMatchObject({ unread: true })
      expect(await shown(world, ALICE, at('read'))).toMatchObject({ unread: false })
      for (const key of [at('unknown'), at('thread-1', 'unknown')]) {
        expect(await store.marks.read(ALICE, key, 1)).toEqual({ type: 'not_found' })
        expect(await store.marks.unread(ALICE, key)).toEqual({ type: 'not_found' })
      }
      expect(await store.marks.read(EVE, THREAD, 1)).toEqual({ type: 'not_found' })
      expect(await store.marks.readRoom(EVE, ROOM.roomId)).toEqual({ type: 'not_found' })
      expect(await store.marks.readRoom(ALICE, 'unknown')).toEqual({ type: 'not_found' })
    }),
  )

  it(
    'S000-62 unread threads are counted per room: three in one, one in the other, none in a third',
    inWorld(async (world) => {
      await world.store.rooms.create(ALICE, { roomId: 'quiet', title: 'Quiet' })
      for (const key of [at('a'), at('b'), at('c'), at('d', OTHER_ROOM.roomId)]) await world.ended('r', SUCCEEDED, key)
      const expected = { [ROOM.roomId]: 3, [OTHER_ROOM.roomId]: 1, quiet: 0 }
      expect(await unreadBy(world)).toEqual(expected)
      await world.reopen()
      expect(await unreadBy(world)).toEqual(expected)
      expect(await unreadBy(world, EVE)).toEqual({ [EVES_ROOM.roomId]: 0 })
      await world.store.marks.unread(ALICE, at('a'))
      expect(await unreadBy(world), 'one that is unread for two reasons counts once').toEqual(expected)
    }),
  )

  it(
    'S004-C7 a mark at the very end of a run counts as read, no mark as unread, and a thread without a run as read',
    inWorld(async (world) => {
      const { store } = world
      await store.threads.create(ALICE, at('empty'), 'Tea')
      expect(await shown(world, ALICE, at('empty'))).toMatchObject({ unread: false, readSeq: 0, completedSeq: 0 })
      await world.ended('r-1')
      const { completedSeq } = await shown(world)
      expect(await shown(world, BOB)).toMatchObject({ unread: true, readSeq: 0 })
      expect(await store.marks.read(ALICE, THREAD, completedSeq - 1)).toMatchObject({ thread: { unread: true } })
      expect(await store.marks.read(ALICE, THREAD, completedSeq)).toMatchObject({ thread: { unread: false } })
    }),
  )

  it(
    'S004-C7 reading a room reads its threads and no other, and reading everything reads every room of the tenant',
    inWorld(async (world) => {
      const { store } = world
      const keys = [at('a'), at('b'), at('c', OTHER_ROOM.roomId)]
      for (const key of keys) await world.ended('r', SUCCEEDED, key)
      await world.running('live', at('d'))
      await store.marks.unread(ALICE, at('b'))
      await store.marks.unread(ALICE, at('d'))
      const activity = { roomId: ROOM.roomId, unread: 0, working: 1, needsYou: 0 }
      expect(await store.marks.readRoom(ALICE, ROOM.roomId)).toEqual({ type: 'activity', activity })
      expect(await unreadBy(world)).toEqual({ [ROOM.roomId]: 0, [OTHER_ROOM.roomId]: 1 })
      expect(await unreadBy(world, BOB)).toEqual({ [ROOM.roomId]: 2, [OTHER_ROOM.roomId]: 1 })
      const { readSeq, completedSeq } = await shown(world, ALICE, at('a'))
      expect(readSeq).toBe(completedSeq)
      expect(await store.marks.readAll(ALICE)).toEqual({ type: 'read' })
      await world.reopen()
      expect(await unreadBy(world)).toEqual({ [ROOM.roomId]: 0, [OTHER_ROOM.roomId]: 0 })
      expect(await unreadBy(world, BOB)).toEqual({ [ROOM.roomId]: 2, [OTHER_ROOM.roomId]: 1 })
    }),
  )

  it(
    'S004-C7 a read from a list that is out of date leaves what has completed since unread',
    inWorld(async (world) => {
      await world.ended('r-1')
      const stale = await shown(world)
      await world.ended('r-2')
      expect(await world.store.marks.read(ALICE, THREAD, stale.completedSeq)).toMatchObject({
        thread: { unread: true },
      })
      await world.store.marks.readRoom(ALICE, ROOM.roomId)
      await world.ended('r-3')
      expect(await shown(world), 'a room that was read before').toMatchObject({ unread: true })
    }),
  )

  it(
    'a run that succeeded, failed or waits for an answer makes its thread unread, and one that was stopped does not',
    inWorld(async (world) => {
      const { store } = world
      const raised: string[] = []
      for (const outcome of [SUCCEEDED, FAILED, INTERRUPTED, CANCELLED]) {
        const { lease } = await world.ended('r-1', outcome, at(outcome.type))
        const log = await world.log(at(outcome.type))
        const thread = await shown(world, ALICE, lease)
        if (thread.unread) raised.push(outcome.type)
        expect(thread.completedSeq, outcome.type).toBe(thread.unread ? (log.at(-1)?.seq ?? 0) : 0)
        expect(log.at(-1)).toMatchObject({ event: { type: 'run.ended' } })
      }
      expect(raised).toEqual(['succeeded', 'failed', 'interrupted'])
      await world.running('r-1', at('lost'))
      world.advance(LEASE_MS)
      await store.work.settleOrphans('expired')
      expect(await shown(world, ALICE, at('lost')), 'its worker was lost').toMatchObject({ unread: true })
      const { lease } = await world.running('r-1', at('replaced'))
      await store.runs.start(ALICE, at('replaced'), asking('r-2', { onBusy: 'supersede' }))
      await store.work.end(lease, ending(lease, { type: 'superseded', by: 'r-2' }))
      expect(await shown(world, ALICE, at('replaced'))).toMatchObject({ unread: false, completedSeq: 0 })
    }),
  )

  it(
    'a failure that pauses the queue behind it keeps its place, and a thread keeps what it says through every change',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      await world.store.runs.start(ALICE, THREAD, asking('r-2', { onBusy: 'enqueue' }))
      await world.store.work.append(lease, saying('a', 'Half an answer.'))
      await world.store.work.end(lease, ending(lease, FAILED))
      const ended = (await world.log()).find(({ event }) => event.type === 'run.ended')
      const expected = { completedSeq: ended?.seq, unread: true, preview: 'Half an answer.' }
      expect(await shown(world)).toMatchObject(expected)
      await world.store.threads.change(ALICE, THREAD, { title: 'Renamed', archived: true, mutedUntil: 1e13 })
      await world.store.runs.cancelRun(ALICE, THREAD, 'r-2')
      await world.reopen()
      expect(await shown(world)).toMatchObject(expected)
    }),
  )
}

function markContract(inWorld: InWorld): void {
  it(
    'S004-C8 a mark never decreases and never lies beyond the end of the log',
    inWorld(async (world) => {
      const { store } = world
      await world.ended('r-1')
      const head = (await world.log()).length
      const seqs: number[] = []
      for (const seq of [0, 3, 2, 0, BEYOND, 1]) {
        const answer = await store.marks.read(ALICE, THREAD, seq)
        if (answer.type === 'thread') seqs.push(answer.thread.readSeq)
      }
      expect(seqs).toEqual([0, 3, 3, 3, head, head])
      await world.ended('r-2')
      expect(await shown(world), 'a mark beyond the end would have read it').toMatchObject({
        readSeq: head,
        unread: true,
      })
    }),
  )

  it(
    'a thread that was marked as unread is read by a later read up to the end of that moment, and by no earlier one',
    inWorld(async (world) => {
      const { store } = world
      await world.ended('r-1')
      const head = (await world.log()).length
      await store.marks.read(ALICE, THREAD, head)
      await store.marks.unread(ALICE, THREAD)
      expect(await store.marks.read(ALICE, THREAD, head - 1)).toMatchObject({ thread: { unread: true, readSeq: head } })
      const read = await store.marks.read(ALICE, THREAD, head)
      expect(read).toMatchObject({ thread: { unread: false } })
      expect(read).not.toHaveProperty('thread.markedUnread')
      await store.threads.create(ALICE, at('empty'), 'Tea')
      await store.marks.unread(ALICE, at('empty'))
      expect(await shown(world, ALICE, at('empty'))).toMatchObject({ unread: true, markedUnread: true })
      expect(await store.marks.read(ALICE, at('empty'), 0)).toMatchObject({ thread: { unread: false } })
    }),
  )

  it(
    'S004-C8 the marks of one person are nobody else’s: neither seen, nor counted, nor reported',
    inWorld(async (world) => {
      const { store } = world
      await store.rooms.create(NAMESAKE, ROOM)
      await world.ended('r-1')
      await store.runs.start(NAMESAKE, THREAD, asking('r-1'))
      const [claim] = await store.work.claim({ workerId: 'w', limit: 1, leaseMs: LEASE_MS })
      if (claim) await store.work.end(claim.lease, ending(claim.lease, SUCCEEDED))
      const others = [BOB, NAMESAKE]
      const before = await Promise.all(others.map((who) => shown(world, who)))
      const from = await Promise.all(others.map((who) => headOf(world, who)))
      const told = world.notices.length
      await store.marks.read(ALICE, THREAD, BEYOND)
      await store.marks.unread(ALICE, THREAD)
      await store.marks.readRoom(ALICE, ROOM.roomId)
      await store.marks.unread(ALICE, THREAD)
      await store.marks.readAll(ALICE)
      const own = { type: 'inbox.more', tenantId: ALICE.tenantId, personId: ALICE.personId }
      expect(world.notices.slice(told)).toEqual(Array(5).fill(own))
      await world.reopen()
      for (const [n, who] of others.entries()) {
        expect(await shown(world, who)).toEqual(before[n])
        expect(await unreadBy(world, who)).toMatchObject({ [ROOM.roomId]: 1 })
        expect(await entriesAfter(world, from[n] ?? '', who)).toEqual([])
      }
    }),
  )

  it(
    'a moved mark is reported in the person’s own inbox: one entry for a thread, one for a room, one for everything',
    inWorld(async (world) => {
      const { store } = world
      await world.ended('r-1')
      await world.ended('r-1', SUCCEEDED, at('other'))
      const head = (await world.log()).length
      const from = await headOf(world)
      await store.marks.read(ALICE, THREAD, head)
      await store.marks.read(ALICE, THREAD, head)
      await store.marks.unread(ALICE, THREAD)
      await store.marks.readRoom(ALICE, ROOM.roomId)
      await store.marks.readRoom(ALICE, ROOM.roomId)
      await store.marks.unread(ALICE, THREAD)
      await store.marks.readAll(ALICE)
      await store.marks.readAll(ALICE)
      const moved = { type: 'ReadMarkMoved', at: expect.any(String) }
      const marked = { ...moved, ...THREAD, readSeq: head, unread: true, markedUnread: true }
      expect(await entriesAfter(world, from)).toEqual([
        { ...moved, ...THREAD, readSeq: head, unread: false },
        marked,
        { ...moved, roomId: ROOM.roomId, all: true },
        marked,
        { ...moved, all: true },
      ])
    }),
  )

  it(
    'entries about the end of a run say where it ended, and whether its thread is unread for the reader now',
    inWorld(async (world) => {
      const { store } = world
      const from = await headOf(world)
      await world.ended('r-1', INTERRUPTED)
      await world.ended('r-1', CANCELLED, at('stopped'))
      const { completedSeq } = await shown(world)
      await store.marks.read(ALICE, THREAD, BEYOND)
      const of = async (principal: Principal) =>
        (await entriesAfter(world, from, principal)).flatMap(({ type, threadId, completedSeq, unread }) =>
          type === 'RunCompleted' || type === 'NeedsYou' ? [[type, threadId, completedSeq, unread]] : [],
        )
      const asSeen = (unread: boolean) => [
        ['RunCompleted', THREAD.threadId, completedSeq, unread],
        ['NeedsYou', THREAD.threadId, undefined, unread],
        ['RunCompleted', 'stopped', undefined, false],
      ]
      expect(await of(ALICE)).toEqual(asSeen(false))
      expect(await of(BOB)).toEqual(asSeen(true))
      await world.reopen()
      expect(await of(ALICE)).toEqual(asSeen(false))
    }),
  )

  it(
    'I8 a deleted thread and a deleted room take their marks, counts and entries with them',
    inWorld(async (world) => {
      const { store } = world
      const from = await headOf(world)
      const keys = [THREAD, at('a', OTHER_ROOM.roomId), at('b', OTHER_ROOM.roomId)]
      for (const key of keys) await world.ended('r', SUCCEEDED, key)
      for (const key of keys) await store.marks.unread(ALICE, key)
      await store.rooms.change(ALICE, OTHER_ROOM.roomId, { mutedUntil: 1e13 })
      await store.marks.readRoom(ALICE, OTHER_ROOM.roomId)
      await store.threads.delete(ALICE, THREAD, false)
      expect(await unreadBy(world)).toEqual({ [ROOM.roomId]: 0, [OTHER_ROOM.roomId]: 0 })
      expect(await store.marks.read(ALICE, THREAD, 1)).toEqual({ type: 'deleted' })
      expect(await store.marks.unread(ALICE, THREAD)).toEqual({ type: 'deleted' })
      await store.rooms.delete(ALICE, OTHER_ROOM.roomId, false)
      expect(await store.marks.readRoom(ALICE, OTHER_ROOM.roomId)).toEqual({ type: 'deleted' })
      await world.reopen()
      const left = await entriesAfter(world, from)
      expect(left.map(({ type }) => type)).toEqual(['ThreadDeleted', 'RoomDeleted'])
      await world.store.marks.readAll(ALICE)
      expect(await unreadBy(world)).toEqual({ [ROOM.roomId]: 0 })
    }),
  )
}

function overviewContract(inWorld: InWorld): void {
  it(
    'the overview lists the newest unread threads beside those with activity, each once, and counts all',
    inWorld(async (world) => {
      const { store } = world
      await world.ended('r', FAILED, at('failed'))
      world.advance(1)
      const many = Array.from({ length: MAX_OVERVIEW_UNREAD + 3 }, (_, n) => at(`t-${n}`))
      for (const some of [many.slice(0, 3), many.slice(3)]) {
        await Promise.all(some.map((key) => store.threads.create(ALICE, key, 'Tea')))
        world.advance(1)
      }
      await Promise.all(many.map((key) => store.marks.unread(ALICE, key)))
      await world.running('r', at('works'))
      const { rooms, threads } = await store.inbox.overview(ALICE)
      expect(rooms[0]).toEqual({ roomId: ROOM.roomId, unread: many.length + 1, working: 1, needsYou: 0 })
      const listed = threads.map(({ threadId }) => threadId)
      expect(new Set(listed).size).toBe(listed.length)
      expect(listed.at(0)).toBe('works')
      expect(listed.at(-1)).toBe('failed')
      expect(listed.slice(1, -1).toSorted()).toEqual(
        many
          .slice(3)
          .map(({ threadId }) => threadId)
          .toSorted(),
      )
    }),
  )
}

function previewContract(inWorld: InWorld): void {
  it(
    'a thread shows the line that a person said last, then the first line of its newest answer, also after a restart',
    inWorld(async (world) => {
      const { store } = world
      const messages = [said('q', '  \n\nWhy is the sky blue?\nIn short.')]
      const { lease } = await world.running('r-1', THREAD, { messages })
      expect(await shown(world)).toMatchObject({ preview: 'Why is the sky blue?' })
      await store.work.append(lease, saying('thinking', 'Let me see.'))
      await store.work.append(lease, saying('a', '```\nBecause of\u202E air.\nMore.'))
      expect(await shown(world), 'while it runs').toMatchObject({ preview: 'Why is the sky blue?' })
      await store.work.end(lease, ending(lease, SUCCEEDED))
      expect(await shown(world)).toMatchObject({ preview: 'Because of air.' })
      const next = await world.running('r-2')
      await world.reopen()
      expect(await shown(world)).toMatchObject({ preview: 'Because of air.' })
      await world.store.work.end(next.lease, ending(next.lease, FAILED))
      expect(await shown(world), 'a run without words').toMatchObject({ preview: 'Because of air.' })
    }),
  )
}

export function marksContract(inWorld: InWorld): void {
  unreadContract(inWorld)
  markContract(inWorld)
  overviewContract(inWorld)
  previewContract(inWorld)
}
