/** Contract: changing, deleting and finding threads and rooms. */
import { expect, it } from 'vitest'
import { roomOf, threadOf } from '../tenant-thread.ts'
import { expectSound } from './invariants.ts'
import {
  ALICE,
  asking,
  BOB,
  beginning,
  CANCELLED,
  EVE,
  ending,
  envelopesIn,
  FAILED,
  type InWorld,
  json,
  LEASE_MS,
  OTHER_ROOM,
  ROOM,
  SUCCEEDED,
  said,
  saying,
  THREAD,
  typesOf,
  type World,
} from './world.ts'

const DELETED = { type: 'deleted' }

export function changeContract(inWorld: InWorld): void {
  it(
    'a generated title replaces only a first line, never a title that a person gave, not even an equal one',
    inWorld(async (world) => {
      const rename = (threadId: string, change: { title: string; insteadOf?: string }) =>
        world.store.threads.change(ALICE, { ...THREAD, threadId }, change)
      const line = 'text of r-1-q'
      for (const threadId of ['line', 'kept', 'named']) await world.ended('r-1', undefined, { ...THREAD, threadId })
      await world.store.threads.create(ALICE, { ...THREAD, threadId: 'made' }, line)
      const before = await world.log({ ...THREAD, threadId: 'kept' })
      expect(await rename('kept', { title: line })).toMatchObject({ thread: { title: line } })
      expect(await world.log({ ...THREAD, threadId: 'kept' }), 'its title is as it was').toEqual(before)
      await rename('named', { title: 'Plans' })
      await world.reopen()
      const generated = { title: 'Sea', insteadOf: line }
      for (const [threadId, title] of [
        ['line', 'Sea'],
        ['kept', line],
        ['named', 'Plans'],
        ['made', line],
      ] as const) {
        expect(await rename(threadId, generated), threadId).toMatchObject({ thread: { title } })
      }
      // A second generated title does not replace the first one.
      expect(await rename('line', { title: 'Lake', insteadOf: 'Sea' })).toMatchObject({ thread: { title: 'Sea' } })
      expect(await world.store.threads.create(ALICE, { ...THREAD, threadId: 'made' }, line)).toMatchObject({
        type: 'same',
      })
      for (const threadId of ['line', 'kept', 'named']) await expectSound(world, { ...THREAD, threadId })
    }),
  )

  it(
    'a change of a thread is recorded in its log and moves the thread in no list; a change without effect is not recorded',
    inWorld(async (world) => {
      const { store, advance } = world
      await world.ended('r-1')
      await store.threads.create(ALICE, { ...THREAD, threadId: 'made' }, 'As made')
      const before = await store.threads.snapshot(ALICE, THREAD)
      advance(1_000)
      const mutedUntil = Date.UTC(2030, 0, 1)
      const changed = await store.threads.change(BOB, THREAD, { title: 'Plans', mutedUntil, archived: true })
      expect(changed).toMatchObject({
        type: 'thread',
        thread: {
          title: 'Plans',
          mutedUntil: '2030-01-01T00:00:00.000Z',
          archived: true,
          updatedAt: before.type === 'snapshot' ? before.thread.updatedAt : '',
        },
      })
      expect(await store.threads.change(BOB, THREAD, { title: 'Plans', mutedUntil, archived: true })).toEqual(changed)
      expect(await store.threads.change(BOB, THREAD, { mutedUntil: null })).not.toHaveProperty('thread.mutedUntil')
      // A mute belongs to the person, so the thread's log does not contain it.
      expect((await world.log()).slice(-1).map(({ event }) => event)).toEqual([
        { type: 'thread.changed', title: 'Plans', archived: true },
      ])
      // A conditional rename comes too late once a third title was given.
      const late = { title: 'Late', insteadOf: 'As made' }
      expect(await store.threads.change(BOB, THREAD, late)).toMatchObject({ thread: { title: 'Plans' } })
      await expectSound(world, THREAD)
      await store.threads.change(ALICE, { ...THREAD, threadId: 'made' }, { title: 'Renamed' })
      await world.reopen()
      // A retried creation is compared with the thread as it was created, not as it is now.
      expect(await world.store.threads.create(ALICE, { ...THREAD, threadId: 'made' }, 'As made')).toMatchObject({
        type: 'same',
        thread: { title: 'Renamed' },
      })
      expect(await world.store.threads.change(EVE, THREAD, { title: 'x' })).toEqual({ type: 'not_found' })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a room can be changed, and its retried creation gets the same answer as before',
    inWorld(async (world) => {
      const room = { ...ROOM, title: 'Kitchen', agentId: 'other' }
      expect(await world.store.rooms.change(BOB, ROOM.roomId, { title: 'Kitchen', agentId: 'other' })).toEqual({
        type: 'room',
        room,
      })
      await world.reopen()
      expect(await world.store.rooms.get(ALICE, ROOM.roomId)).toEqual({ type: 'room', room })
      expect(await world.store.rooms.create(ALICE, ROOM)).toEqual({ type: 'same', room })
      expect(await world.store.rooms.create(ALICE, room)).toEqual({ type: 'conflict' })
      expect(await world.store.rooms.change(EVE, ROOM.roomId, { title: 'x' })).toEqual({ type: 'not_found' })
    }),
  )

  it(
    'a deleted thread is gone with everything in it, for good (I8)',
    inWorld(async (world) => {
      const { store } = world
      const { lease } = await world.ended('r-1')
      await store.runs.start(ALICE, THREAD, asking('r-2'))
      await store.runs.cancelThread(ALICE, THREAD)
      await store.runs.cancelRun(ALICE, THREAD, 'r-9')
      const seq = (await world.log()).length + 1
      const twin = { ...THREAD, roomId: OTHER_ROOM.roomId }
      await world.ended('r-1', SUCCEEDED, twin)
      expect(await store.threads.delete(EVE, THREAD, true)).toEqual({ type: 'not_found' })
      expect(await store.threads.delete(BOB, THREAD, false)).toEqual({ type: 'gone' })
      expect(world.notices.slice(-2)).toMatchObject([
        { type: 'thread.more', firstSeq: seq },
        { type: 'thread.deleted' },
      ])
      for (let n = 0; n < 2; n++) {
        expect(await world.store.threads.delete(BOB, THREAD, false)).toEqual({ type: 'gone' })
        await expectDeleted(world, seq)
        expect(await world.store.work.append(lease, saying('m', 'x'))).toEqual({ type: 'lost' })
        const range = { after: 0, maxBytes: 1_000, maxRecords: 10 }
        expect(await world.store.log.read(EVE, THREAD, range)).toEqual({ type: 'not_found' })
        await world.reopen()
      }
      await expectSound(world, twin)
    }),
  )

  it(
    'a live run, or one about to start, is deleted only if forced; its readers then see its end first (S001-21)',
    inWorld(async (world) => {
      const { store } = world
      for (const threadId of ['queued', 'running', 'cancelling']) {
        const key = { ...THREAD, threadId }
        await store.runs.start(ALICE, key, asking('r-1'))
        const claims =
          threadId === 'queued' ? [] : await store.work.claim({ workerId: 'w', limit: 5, leaseMs: LEASE_MS })
        const lease = claims.find((claim) => claim.lease.threadId === threadId)?.lease
        if (lease) await store.work.append(lease, json(beginning('m-1', 'half')))
        if (threadId === 'cancelling') await store.runs.cancelThread(BOB, key)
        const before = await world.log(key)
        expect(await store.threads.delete(ALICE, key, false)).toEqual({ type: 'run_active', runId: 'r-1' })
        expect(await world.log(key)).toEqual(before)
        const told = world.notices.length
        expect(await store.threads.delete(ALICE, key, true)).toEqual({ type: 'gone' })
        const frames = world.notices.slice(told).flatMap((notice) => {
          return notice.type === 'thread.more' && notice.frames ? envelopesIn(notice.frames) : []
        })
        expect(typesOf(frames).slice(-3)).toEqual(['RUN_FINISHED', 'run.ended', 'thread.deleted'])
        expect(frames.map(({ seq }) => seq)).toEqual(frames.map((_, n) => before.length + 1 + n))
        if (!lease) continue
        expect(world.notices.slice(told)).toContainEqual({
          type: 'run.cancel',
          key: threadOf(ALICE, key),
          runId: 'r-1',
        })
        expect(await store.work.renew([lease], LEASE_MS)).toEqual([{ type: 'lost' }])
        expect(await store.work.append(lease, saying('late', 'x'))).toEqual({ type: 'lost' })
        expect(await store.work.end(lease, ending(lease, CANCELLED))).toEqual({ type: 'lost' })
      }
      expect(await store.work.settleOrphans('all')).toBe(0)
      expect(await store.work.claim({ workerId: 'w', limit: 5, leaseMs: LEASE_MS })).toEqual([])
      expect(await store.threads.list(ALICE, ROOM.roomId, { limit: 10 })).toEqual({ type: 'page', items: [] })
    }),
  )

  it(
    'a deletion among a hundred other writes succeeds, and nothing of the thread comes back (I8)',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      const other = await world.running('r-1', { ...THREAD, threadId: 'other' })
      const write = (n: number) => [
        world.store.work.append(lease, saying(`m-${n}`, 'x')),
        world.store.work.append(other.lease, saying(`m-${n}`, 'x')),
        world.store.runs.start(ALICE, THREAD, asking(`q-${n}`, { onBusy: 'enqueue' })),
      ]
      const early = Array.from({ length: 20 }, (_, n) => write(n)).flat()
      const deleted = world.store.threads.delete(ALICE, THREAD, true)
      const late = Array.from({ length: 20 }, (_, n) => write(100 + n)).flat()
      await Promise.all([...early, deleted, ...late])
      expect(await deleted).toEqual({ type: 'gone' })
      for (let n = 0; n < 2; n++) {
        await expectDeleted(world)
        await expectSound(world, { ...THREAD, threadId: 'other' })
        await world.reopen()
      }
    }),
  )

  it(
    'a deleted room is gone with its threads, for good, and no other room is affected',
    inWorld(async (world) => {
      const { store } = world
      await world.ended('r-1')
      await world.running('r-1', { ...THREAD, threadId: 'busy' })
      const elsewhere = { ...THREAD, roomId: OTHER_ROOM.roomId }
      await world.ended('r-1', SUCCEEDED, elsewhere)
      expect(await store.rooms.delete(EVE, ROOM.roomId, true)).toEqual({ type: 'not_found' })
      expect(await store.rooms.delete(ALICE, ROOM.roomId, false)).toEqual({ type: 'run_active', runId: 'r-1' })
      expect(await store.rooms.delete(ALICE, ROOM.roomId, true)).toEqual({ type: 'gone' })
      expect(world.notices.filter(({ type }) => type.endsWith('.deleted'))).toEqual([
        expect.objectContaining({ type: 'thread.deleted' }),
        expect.objectContaining({ type: 'thread.deleted' }),
        { type: 'room.deleted', ...roomOf(ALICE, ROOM.roomId) },
      ])
      for (let n = 0; n < 2; n++) {
        await expectDeleted(world)
        expect(await world.store.rooms.delete(ALICE, ROOM.roomId, false)).toEqual({ type: 'gone' })
        expect(await world.store.rooms.get(BOB, ROOM.roomId)).toEqual(DELETED)
        expect(await world.store.rooms.get(EVE, ROOM.roomId)).toEqual({ type: 'not_found' })
        expect(await world.store.rooms.create(ALICE, ROOM)).toEqual(DELETED)
        expect(await world.store.rooms.change(ALICE, ROOM.roomId, { title: 'x' })).toEqual(DELETED)
        expect(await world.store.threads.list(ALICE, ROOM.roomId, { limit: 5 })).toEqual(DELETED)
        const never = { ...THREAD, threadId: 'never' }
        expect(await world.store.runs.start(ALICE, never, asking('r-1'))).toEqual(DELETED)
        expect(await world.store.runs.cancelRun(ALICE, never, 'r-1')).toEqual(DELETED)
        const range = { after: 0, maxBytes: 1_000, maxRecords: 10 }
        expect(await world.store.log.read(ALICE, never, range)).toEqual(DELETED)
        expect(await world.store.log.read(EVE, never, range)).toEqual({ type: 'not_found' })
        expect(await world.store.rooms.list(ALICE, { limit: 5 })).toEqual({ type: 'page', items: [OTHER_ROOM] })
        await world.reopen()
      }
      await expectSound(world, elsewhere)
    }),
  )

  it(
    'a search finds threads by beginnings of words in titles and in messages of people and agents',
    inWorld(async (world) => {
      const { store } = world
      await say(world, 'a', 'Où est la crème brûlée?', 'In the fridge, behind the Käse.')
      world.advance(1)
      await say(world, 'b', 'Where is the fridge?', 'In the kitchen.')
      await store.threads.create(ALICE, { ...THREAD, threadId: 'c' }, 'Kitchen plans')
      await say(world, 'd', 'kitchen', 'fridge', OTHER_ROOM.roomId)
      const found = async (q: string) => {
        const page = await world.store.threads.list(BOB, ROOM.roomId, { limit: 10, q })
        return page.type === 'page' ? page.items.map(({ threadId }) => threadId).toSorted() : page.type
      }
      const expectAll = async () => {
        expect(await found('fridge')).toEqual(['a', 'b'])
        expect(await found('FRID')).toEqual(['a', 'b'])
        expect(await found('kase')).toEqual(['a'])
        expect(await found('creme brul')).toEqual(['a'])
        expect(await found('kitchen')).toEqual(['b', 'c'])
        expect(await found('ridge')).toEqual([])
        // Each term may match anywhere in the thread.
        expect(await found('where kitchen')).toEqual(['b'])
        for (const q of ['"', 'fridge" OR "x', '* NEAR(', "'; DROP TABLE thread", '!!!', ' ', 'NOT fridge', '😀']) {
          expect(await found(q)).toEqual([])
        }
      }
      await expectAll()
      await world.reopen()
      await expectAll()
      await world.store.threads.change(ALICE, { ...THREAD, threadId: 'c' }, { title: 'Garden' })
      expect(await found('kitchen')).toEqual(['b'])
      expect(await found('garden')).toEqual(['c'])
      await world.store.threads.delete(ALICE, { ...THREAD, threadId: 'b' }, false)
      expect(await found('fridge')).toEqual(['a'])
      expect(await world.store.threads.list(EVE, ROOM.roomId, { limit: 5, q: 'fridge' })).toEqual({ type: 'not_found' })
    }),
  )

  it(
    'a search pages through its results, each once, and finds no messages that are queued or were removed from the queue',
    inWorld(async (world) => {
      for (const id of ['a', 'b', 'c']) {
        await say(world, id, 'needle', 'hay')
        await say(world, `no-${id}`, 'straw', 'hay')
        world.advance(1)
      }
      const first = await world.store.threads.list(ALICE, ROOM.roomId, { limit: 2, q: 'needle' })
      expect(first).toMatchObject({ items: [{ threadId: 'c' }, { threadId: 'b' }] })
      const before = first.type === 'page' ? first.next : undefined
      if (before === undefined) throw new Error('There is another page.')
      const rest = await world.store.threads.list(ALICE, ROOM.roomId, { limit: 2, q: 'needle', before })
      expect(await world.store.threads.list(ALICE, ROOM.roomId, { limit: 2, before })).toEqual({
        type: 'invalid_cursor',
      })
      const list = await world.store.threads.list(ALICE, ROOM.roomId, { limit: 1 })
      const foreign = list.type === 'page' ? list.next : undefined
      expect(
        await world.store.threads.list(ALICE, ROOM.roomId, { limit: 2, q: 'needle', before: foreign ?? '' }),
      ).toEqual({
        type: 'invalid_cursor',
      })
      expect(rest).toMatchObject({ items: [{ threadId: 'a' }] })
      expect(rest).not.toHaveProperty('next')
      const key = { ...THREAD, threadId: 'no-a' }
      await world.running('r-2', key)
      const waiting = asking('r-3', { onBusy: 'enqueue', messages: [said('w', 'camel')] })
      await world.store.runs.start(ALICE, key, waiting)
      await world.store.runs.cancelRun(ALICE, key, 'r-3')
      expect(await world.store.threads.list(ALICE, ROOM.roomId, { limit: 2, q: 'camel' })).toEqual({
        type: 'page',
        items: [],
      })
    }),
  )

  it(
    'the timeline shows runs across rooms, newest first, within a time range, only to people who may see them',
    inWorld(async (world) => {
      const { store } = world
      const other = { roomId: OTHER_ROOM.roomId, threadId: 'other' }
      await world.ended('r-1')
      world.advance(1_000)
      await world.ended('r-2', FAILED, other)
      await store.runs.start(ALICE, other, asking('r-3'))
      const all = await store.runs.timeline(BOB, { limit: 10 })
      expect(all).toMatchObject({
        items: [
          { ...other, runId: 'r-3', status: 'queued' },
          { ...other, runId: 'r-2', status: 'failed' },
          { ...THREAD, runId: 'r-1', status: 'succeeded' },
        ],
      })
      if (all.type !== 'page') throw new Error(all.type)
      const paged: string[] = []
      for (let before: string | undefined; ; ) {
        const page = await store.runs.timeline(BOB, { limit: 1, ...(before !== undefined && { before }) })
        if (page.type !== 'page') throw new Error(page.type)
        paged.push(...page.items.map(({ runId }) => runId))
        before = page.next
        if (before === undefined) break
      }
      expect(paged).toEqual(['r-3', 'r-2', 'r-1'])
      const second = Date.parse(all.items[1]?.acceptedAt ?? '')
      expect(await store.runs.timeline(BOB, { limit: 10, until: second })).toMatchObject({ items: [{ runId: 'r-1' }] })
      expect(await store.runs.timeline(BOB, { limit: 10, since: second })).toMatchObject({ items: [{}, {}] })
      expect(await store.runs.timeline(EVE, { limit: 10 })).toEqual({ type: 'page', items: [] })
      expect(await store.runs.timeline(BOB, { limit: 10, before: 'x' })).toEqual({ type: 'invalid_cursor' })
      await store.threads.delete(ALICE, other, true)
      expect(await store.runs.timeline(BOB, { limit: 10 })).toMatchObject({ items: [{ runId: 'r-1' }] })
    }),
  )
}

async function say(world: World, threadId: string, question: string, answer: string, roomId = ROOM.roomId) {
  const key = { roomId, threadId }
  const { lease } = await world.running('r-1', key, { messages: [said('q', question)] })
  await world.store.work.append(lease, saying('a', answer))
  await world.store.work.end(lease, ending(lease, SUCCEEDED))
}

/** Expects that nothing of THREAD can be read. `seq`: the position of its last record. */
async function expectDeleted({ store }: World, seq?: number): Promise<void> {
  const range = { after: 0, maxBytes: 1_000, maxRecords: 10 }
  const last = { type: 'deleted', seq: seq ?? expect.any(Number), at: expect.any(String) }
  expect(await store.log.read(ALICE, THREAD, range)).toEqual(last)
  const answers = [
    store.threads.snapshot(ALICE, THREAD),
    store.threads.create(ALICE, THREAD, ''),
    store.threads.change(ALICE, THREAD, { title: 'x' }),
    store.runs.start(ALICE, THREAD, asking('r-1')),
    store.runs.start(ALICE, THREAD, asking('new')),
    store.runs.cancelRun(ALICE, THREAD, 'r-1'),
    store.runs.cancelRun(ALICE, THREAD, 'not-yet'),
    store.runs.cancelThread(ALICE, THREAD),
    store.runs.edit(ALICE, THREAD, 'r-1', [said('x')]),
    store.runs.queue(ALICE, THREAD),
    store.runs.changeQueue(ALICE, THREAD, { paused: true }),
    store.runs.get(ALICE, THREAD, 'r-1'),
    store.runs.list(ALICE, THREAD, { limit: 200 }),
  ]
  for (const answer of await Promise.all(answers)) expect(answer).toEqual(DELETED)
  const timeline = await store.runs.timeline(ALICE, { limit: 100 })
  expect(
    timeline.type === 'page' &&
      timeline.items.some((run) => run.threadId === THREAD.threadId && run.roomId === THREAD.roomId),
  ).toBe(false)
  expect(await store.work.claim({ workerId: 'w', limit: 5, leaseMs: LEASE_MS })).toEqual([])
}
