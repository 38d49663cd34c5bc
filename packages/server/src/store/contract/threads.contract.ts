/** Contract: creating, listing and reading threads. */
import { expect, it } from 'vitest'
import { expectSound } from './invariants.ts'
import {
  ALICE,
  asking,
  BOB,
  CANCELLED,
  EVE,
  ending,
  FAILED,
  type InWorld,
  LEASE_MS,
  OTHER_ROOM,
  ROOM,
  said,
  saying,
  THREAD,
  type World,
} from './world.ts'

async function listed({ store }: World, limit: number): Promise<string[]> {
  const ids: string[] = []
  for (let before: string | undefined; ; ) {
    const page = await store.threads.list(ALICE, ROOM.roomId, { limit, ...(before !== undefined && { before }) })
    if (page.type !== 'page') throw new Error(page.type)
    expect(page.items.length).toBeLessThanOrEqual(limit)
    ids.push(...page.items.map((thread) => thread.threadId))
    expect(new Set(ids).size, 'each once').toBe(ids.length)
    before = page.next
    if (before === undefined) return ids
  }
}

export function threadsContract(inWorld: InWorld): void {
  it(
    'a retried creation is answered with the same thread, and another title under its id with a conflict',
    inWorld(async (world) => {
      const { store } = world
      const created = await store.threads.create(ALICE, THREAD, 'Plans')
      expect(created).toMatchObject({
        type: 'created',
        thread: { ...THREAD, title: 'Plans', status: 'idle', lastSeq: 0, unread: false, archived: false },
      })
      expect(await store.threads.create(BOB, THREAD, 'Plans')).toEqual({ ...created, type: 'same' })
      expect(await store.threads.create(ALICE, THREAD, 'Other')).toEqual({ type: 'conflict' })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'threads with the same id in two rooms are separate (I3)',
    inWorld(async (world) => {
      const twin = { roomId: OTHER_ROOM.roomId, threadId: THREAD.threadId }
      await world.ended('r-1')
      await world.ended('r-1', FAILED, twin, { messages: [said('other-words')] })
      expect(JSON.stringify(await world.log(THREAD))).not.toContain('other-words')
      expect(await world.store.threads.snapshot(ALICE, twin)).toMatchObject({ thread: { status: 'failed' } })
      expect(await world.store.threads.snapshot(ALICE, THREAD)).toMatchObject({ thread: { status: 'idle' } })
      await expectSound(world, THREAD)
      await expectSound(world, twin)
    }),
  )

  it(
    'a thread that does not exist and one of another tenant both answer not_found (G8)',
    inWorld(async ({ store, ended }) => {
      await ended('r-1')
      const places = [
        [EVE, THREAD],
        [ALICE, { roomId: 'no-such-room', threadId: THREAD.threadId }],
        [ALICE, { roomId: ROOM.roomId, threadId: 'no-such-thread' }],
      ] as const
      for (const [principal, key] of places) {
        const range = { after: 0, maxBytes: 1_000, maxRecords: 10 }
        expect(await store.threads.snapshot(principal, key)).toEqual({ type: 'not_found' })
        expect(await store.log.read(principal, key, range)).toEqual({ type: 'not_found' })
        expect(await store.runs.get(principal, key, 'r-1')).toEqual({ type: 'not_found' })
        expect(await store.runs.list(principal, key, { limit: 200 })).toEqual({ type: 'not_found' })
        expect(await store.runs.cancelThread(principal, key)).toEqual({ type: 'not_found' })
      }
      for (const [principal, key] of places.slice(0, 2)) {
        expect(await store.threads.list(principal, key.roomId, { limit: 5 })).toEqual({ type: 'not_found' })
        expect(await store.threads.create(principal, key, 'x')).toEqual({ type: 'not_found' })
        expect(await store.runs.start(principal, key, asking('r-2'))).toEqual({ type: 'not_found' })
        expect(await store.runs.cancelRun(principal, key, 'r-2')).toEqual({ type: 'not_found' })
      }
      expect(await store.runs.get(ALICE, THREAD, 'no-such-run')).toEqual({ type: 'not_found' })
    }),
  )

  it(
    'a room’s threads are listed by newest activity, page by page, each once',
    inWorld(async (world) => {
      for (const threadId of ['c', 'a', 'd', 'b']) {
        world.advance(1_000)
        await world.store.threads.create(ALICE, { roomId: ROOM.roomId, threadId }, threadId)
      }
      for (const limit of [1, 2, 3, 4, 5]) expect(await listed(world, limit)).toEqual(['b', 'd', 'a', 'c'])
      world.advance(1_000)
      await world.store.runs.start(ALICE, { roomId: ROOM.roomId, threadId: 'a' }, asking('r-1'))
      expect(await listed(world, 2)).toEqual(['a', 'b', 'd', 'c'])
    }),
  )

  it(
    'the acceptance, start, cancel and end of a run count as activity; what it writes in between does not',
    inWorld(async (world) => {
      const { store, advance } = world
      const other = { roomId: ROOM.roomId, threadId: 'other' }
      const isFirst = async (act: () => Promise<unknown>) => {
        advance(1_000)
        await store.runs.start(ALICE, other, asking(`r-${world.notices.length}`))
        await store.runs.cancelThread(ALICE, other)
        advance(1_000)
        await act()
        return (await listed(world, 200))[0] === THREAD.threadId
      }
      expect(await isFirst(() => store.runs.start(ALICE, THREAD, asking('r-1')))).toBe(true)
      const [claim] = await store.work.claim({ workerId: 'w', limit: 1, leaseMs: LEASE_MS })
      if (!claim) throw new Error('Nothing was claimed.')
      const { lease } = claim
      expect(await isFirst(() => store.work.append(lease, saying('m-1', 'x')))).toBe(false)
      expect(await isFirst(() => store.work.renew([lease], LEASE_MS))).toBe(false)
      expect(await isFirst(() => store.runs.cancelThread(ALICE, THREAD))).toBe(true)
      expect(await isFirst(() => store.work.end(lease, ending(lease, CANCELLED)))).toBe(true)
      await store.runs.start(ALICE, THREAD, asking('r-2'))
      const claimed = () => store.work.claim({ workerId: 'w', limit: 1, leaseMs: LEASE_MS })
      expect(await isFirst(claimed)).toBe(true)
      await expectSound(world, THREAD)
    }),
  )

  it(
    'threads of the same moment are listed in one fixed order, each once',
    inWorld(async (world) => {
      const ids = ['t1', 't2', 't3', 't4', 't5']
      for (const threadId of ids) await world.store.threads.create(ALICE, { roomId: ROOM.roomId, threadId }, threadId)
      const whole = await listed(world, 200)
      expect(whole.toSorted()).toEqual(ids)
      expect(await listed(world, 2)).toEqual(whole)
    }),
  )

  it(
    'a cursor that no page returned is refused',
    inWorld(async ({ store }) => {
      const forged = [
        'rooms/1/a',
        'threads/1/a/b',
        'threads/01/a',
        'threads/1e400/a',
        'threads/x/a',
        'threads/1/',
        'threads/1',
      ]
      const cursors = forged.map((text) => Buffer.from(text).toString('base64url'))
      for (const before of ['', 'x', '%%%', 'a'.repeat(5000), ...cursors, `${btoa('threads/1/aa')}=`]) {
        const answer = await store.threads.list(ALICE, ROOM.roomId, { limit: 2, before })
        expect(answer).toEqual({ type: 'invalid_cursor' })
      }
    }),
  )

  it(
    'the runs of a thread come in pages, in the order of their acceptance, even while more are accepted',
    inWorld(async (world) => {
      const { store } = world
      for (let n = 1; n <= 4; n++) await world.ended(`r-${n}`)
      await store.runs.start(ALICE, THREAD, asking('r-5', { onBusy: 'enqueue' }))
      const read = async (before?: string) => {
        const page = await store.runs.list(ALICE, THREAD, { limit: 2, ...(before !== undefined && { before }) })
        if (page.type !== 'page') throw new Error(page.type)
        return { ids: page.items.map(({ runId }) => runId), items: page.items, next: page.next }
      }
      const first = await read()
      expect(first.ids).toEqual(['r-1', 'r-2'])
      const second = await read(first.next)
      expect(second.ids).toEqual(['r-3', 'r-4'])
      await store.runs.start(ALICE, THREAD, asking('r-6', { onBusy: 'enqueue' }))
      const third = await read(second.next)
      expect(third).toMatchObject({
        items: [
          { runId: 'r-5', position: 1 },
          { runId: 'r-6', position: 2 },
        ],
      })
      expect(third.next, 'no page follows').toBeUndefined()

      const threads = await store.threads.list(ALICE, ROOM.roomId, { limit: 1 })
      await store.threads.create(ALICE, { ...THREAD, threadId: 'other' }, 'Other')
      const foreign = (await store.threads.list(ALICE, ROOM.roomId, { limit: 1 })) as { readonly next?: string }
      expect(threads).not.toHaveProperty('next')
      for (const before of ['x', '', foreign.next ?? '']) {
        expect(await store.runs.list(ALICE, THREAD, { limit: 2, before })).toEqual({ type: 'invalid_cursor' })
      }
    }),
  )

  it(
    'a thread without a title is shown under the first line that a person wrote in it',
    inWorld(async ({ store }) => {
      const titleOf = async (threadId: string, content: string) => {
        const key = { roomId: ROOM.roomId, threadId }
        await store.runs.start(ALICE, key, asking('r-1', { messages: [said('q', content)] }))
        const snapshot = await store.threads.snapshot(ALICE, key)
        return snapshot.type === 'snapshot' ? snapshot.thread.title : snapshot.type
      }
      expect(await titleOf('a', '\n  Which way?  \nTell me more.')).toBe('Which way?')
      expect(await titleOf('b', 'x'.repeat(200))).toBe('x'.repeat(80))
      expect(await titleOf('c', '   ')).toBe('New thread')
    }),
  )
}
