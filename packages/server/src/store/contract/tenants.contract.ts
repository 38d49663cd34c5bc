/**
 * Contract: two tenants whose rooms, threads and runs have the same ids. Each tenant has its own, and no call of one
 * tenant has an effect that the other can observe. Questions about another tenant's room get the same answers as
 * questions about a room that does not exist.
 */
import type { ThreadKey } from '@holdfast/core'
import { expect, it } from 'vitest'
import type { Claim, Lease } from '../port.ts'
import type { Principal } from '../principal.ts'
import { threadOf } from '../tenant-thread.ts'
import {
  ALICE,
  asking,
  CANCELLED,
  EVE,
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
  typesOf,
  type World,
} from './world.ts'

const EVES = { ...ROOM, title: "Eve's, of the same id" }
const RANGE = { after: 0, maxBytes: 1_000_000, maxRecords: 1_000 }
const claimBoth = (world: World) => world.store.work.claim({ workerId: 'w', limit: 10, leaseMs: LEASE_MS })

/** Starts the same run, in the same thread of the same room, for both tenants. */
async function startBoth(world: World, runId = 'r-1', key: ThreadKey = THREAD) {
  for (const [principal, words] of [
    [ALICE, 'apples of Alice'],
    [EVE, 'figs of Eve'],
  ] as const) {
    const start = asking(runId, { messages: [said(`${runId}-q`, words)], onBusy: 'enqueue' })
    expect(await world.store.runs.start(principal, key, start)).toMatchObject({ type: 'accepted' })
  }
}

function leaseOf(claims: readonly Claim[], { tenantId }: Principal): Lease {
  const claim = claims.find(({ lease }) => lease.tenantId === tenantId)
  if (!claim) throw new Error(`Nothing of ${tenantId} was claimed.`)
  return claim.lease
}

async function endBoth(world: World): Promise<void> {
  for (const { lease } of await claimBoth(world)) {
    await world.store.work.append(lease, saying('a', `an answer for ${lease.tenantId}`))
    expect(await world.store.work.end(lease, ending(lease, SUCCEEDED))).toEqual({ type: 'ended' })
  }
}

async function inboxOf(world: World, principal: Principal, cursor: string): Promise<string[]> {
  const page = await world.store.inbox.read(principal, { cursor, maxBytes: 1_000_000, maxRecords: 1_000 })
  if (page.type !== 'entries') throw new Error(page.type)
  return page.items.map(({ json }) => JSON.parse(json).type)
}

const headOf = async (world: World, principal: Principal) => (await world.store.inbox.overview(principal)).cursor

/** Everything that a tenant can read about a thread. */
async function seenBy({ store }: World, principal: Principal, key: ThreadKey = THREAD) {
  const { cursor: _, ...overview } = await store.inbox.overview(principal)
  return {
    rooms: await store.rooms.list(principal, { limit: 200 }),
    room: await store.rooms.get(principal, key.roomId),
    threads: await store.threads.list(principal, key.roomId, { limit: 200 }),
    snapshot: await store.threads.snapshot(principal, key),
    log: await store.log.read(principal, key, RANGE),
    runs: await store.runs.list(principal, key, { limit: 200 }),
    run: await store.runs.get(principal, key, 'r-1'),
    queue: await store.runs.queue(principal, key),
    timeline: await store.runs.timeline(principal, { limit: 200 }),
    overview,
  }
}

export function tenantsContract(inWorld: InWorld): void {
  it(
    'G8 each tenant has its own room, thread and run of the same ids and sees only these',
    inWorld(async (world) => {
      const { store } = world
      expect(await store.rooms.create(EVE, EVES)).toEqual({ type: 'created', room: EVES })
      expect(await store.rooms.create(EVE, EVES)).toEqual({ type: 'same', room: EVES })
      await store.rooms.change(EVE, ROOM.roomId, { agentId: 'other' })
      expect(await store.rooms.get(ALICE, ROOM.roomId)).toEqual({ type: 'room', room: ROOM })
      expect(await store.rooms.get(EVE, ROOM.roomId)).toMatchObject({ room: { agentId: 'other' } })
      await startBoth(world)
      await endBoth(world)
      await world.reopen()
      for (const [principal, words] of [
        [ALICE, 'apples of Alice'],
        [EVE, 'figs of Eve'],
      ] as const) {
        const answer = `an answer for ${principal.tenantId}`
        expect(await world.store.threads.snapshot(principal, THREAD)).toMatchObject({
          thread: { title: words, lastSeq: 8 },
          view: { messages: [{ content: words }, { content: answer }], runs: [{ runId: 'r-1', status: 'succeeded' }] },
        })
        expect(await world.store.runs.list(principal, THREAD, { limit: 9 })).toMatchObject({
          items: [{ runId: 'r-1' }],
        })
        expect(await world.store.runs.timeline(principal, { limit: 9 })).toMatchObject({ items: [{ runId: 'r-1' }] })
        const log = await world.log(THREAD, principal)
        expect(JSON.stringify(log)).toContain(words)
        expect(typesOf(log)).toHaveLength(8)
      }
    }),
  )

  it(
    'G8 searches and pages of a tenant contain only its own threads',
    inWorld(async (world) => {
      const { store } = world
      await store.rooms.create(EVE, EVES)
      for (const threadId of ['t-1', 't-2', 't-3']) {
        await startBoth(world, 'r-1', { ...THREAD, threadId })
        world.advance(1)
      }
      const found = async (principal: Principal, q: string) => {
        const page = await store.threads.list(principal, ROOM.roomId, { limit: 9, q })
        return page.type === 'page' ? page.items.map(({ title }) => title) : page.type
      }
      expect(await found(ALICE, 'apples')).toEqual(Array(3).fill('apples of Alice'))
      expect(await found(ALICE, 'figs')).toEqual([])
      expect(await found(EVE, 'figs')).toEqual(Array(3).fill('figs of Eve'))
      expect(await found(EVE, 'apples')).toEqual([])
      const listed: string[] = []
      for (let before: string | undefined; ; ) {
        const page = await store.threads.list(EVE, ROOM.roomId, { limit: 1, ...(before !== undefined && { before }) })
        if (page.type !== 'page') throw new Error(page.type)
        listed.push(...page.items.map(({ threadId, title }) => `${threadId}: ${title}`))
        before = page.next
        if (before === undefined) break
      }
      expect(listed).toEqual(['t-3: figs of Eve', 't-2: figs of Eve', 't-1: figs of Eve'])
    }),
  )

  it(
    'G8 appending to, cancelling and ending the run of one tenant leaves the run of the same id to the other',
    inWorld(async (world) => {
      const { store } = world
      await store.rooms.create(EVE, EVES)
      await startBoth(world)
      await startBoth(world, 'r-2')
      const claims = await claimBoth(world)
      expect(claims.map(({ lease }) => lease.runId)).toEqual(['r-1', 'r-1'])
      const [hers, eves] = [leaseOf(claims, ALICE), leaseOf(claims, EVE)]
      await Promise.all([store.work.append(hers, saying('a', 'one')), store.work.append(eves, saying('a', 'two'))])
      expect(await store.runs.cancelRun(ALICE, THREAD, 'r-1')).toMatchObject({ type: 'requested' })
      expect(world.notices.filter(({ type }) => type === 'run.cancel')).toEqual([
        { type: 'run.cancel', key: threadOf(ALICE, THREAD), runId: 'r-1' },
      ])
      const before = await seenBy(world, EVE)
      expect(await store.work.renew([hers, eves], LEASE_MS)).toMatchObject([
        { type: 'cancelling' },
        { type: 'running' },
      ])
      expect(await store.work.end(hers, ending(hers, CANCELLED))).toEqual({ type: 'ended' })
      expect(await store.runs.changeQueue(ALICE, THREAD, { paused: true })).toMatchObject({ type: 'queue' })
      expect(await seenBy(world, EVE)).toEqual(before)
      expect(await store.runs.get(ALICE, THREAD, 'r-1')).toMatchObject({ run: { status: 'cancelled' } })
      expect(await store.work.append({ ...eves, tenantId: hers.tenantId }, saying('b', 'no'))).toEqual({ type: 'lost' })
      expect(await store.work.end(eves, ending(eves, FAILED))).toEqual({ type: 'ended' })
      expect(await store.runs.get(EVE, THREAD, 'r-1')).toMatchObject({ run: { status: 'failed' } })
    }),
  )

  it(
    'G8 the orphan of each tenant is settled in its own thread',
    inWorld(async (world) => {
      await world.store.rooms.create(EVE, EVES)
      await startBoth(world)
      await claimBoth(world)
      expect(await world.store.work.settleOrphans('all')).toBe(2)
      for (const principal of [ALICE, EVE]) {
        expect(await world.store.runs.get(principal, THREAD, 'r-1')).toMatchObject({ run: { status: 'failed' } })
      }
    }),
  )

  it(
    'G8 a cancel is remembered for the tenant that requested it, however many the other one has',
    inWorld(async (world) => {
      const { store } = world
      await store.rooms.create(EVE, EVES)
      await store.runs.cancelRun(ALICE, THREAD, 'r-1')
      await startBoth(world)
      expect(await store.runs.get(ALICE, THREAD, 'r-1')).toMatchObject({ run: { status: 'cancelled' } })
      expect(await store.runs.get(EVE, THREAD, 'r-1')).toMatchObject({ run: { status: 'queued' } })
      for (let n = 0; n < 1_000; n++) await store.runs.cancelRun(ALICE, THREAD, `many-${n}`)
      expect(await store.runs.cancelRun(ALICE, THREAD, 'one-more')).toEqual({ type: 'too_many' })
      expect(await store.runs.cancelRun(EVE, THREAD, 'one-more')).toEqual({ type: 'requested' })
      await store.threads.delete(ALICE, THREAD, true)
      expect(await store.runs.start(EVE, THREAD, asking('one-more', { onBusy: 'enqueue' }))).toMatchObject({
        run: { status: 'cancelled' },
      })
    }),
  )

  it(
    'G8 I8 deleting a thread or room of one tenant deletes nothing of the other',
    inWorld(async (world) => {
      const { store } = world
      await store.rooms.create(EVE, EVES)
      await startBoth(world)
      await endBoth(world)
      await startBoth(world, 'r-2')
      await claimBoth(world)
      const from = await headOf(world, EVE)
      const before = await seenBy(world, EVE)
      const told = world.notices.length
      expect(await store.threads.delete(ALICE, THREAD, true)).toEqual({ type: 'gone' })
      expect(await store.rooms.delete(ALICE, ROOM.roomId, true)).toEqual({ type: 'gone' })
      expect(await seenBy(world, EVE)).toEqual(before)
      expect(await inboxOf(world, EVE, from)).toEqual([])
      for (const notice of world.notices.slice(told)) {
        expect('key' in notice ? notice.key.tenantId : notice.tenantId).toBe(ALICE.tenantId)
      }
      expect(await store.rooms.get(ALICE, ROOM.roomId)).toEqual({ type: 'deleted' })
      await world.reopen()
      expect(await seenBy(world, EVE)).toEqual(before)
      expect(await world.store.threads.delete(EVE, THREAD, true)).toEqual({ type: 'gone' })
    }),
  )

  it(
    'G8 the inbox and the notices of each tenant report only what happened in its own room',
    inWorld(async (world) => {
      const { store } = world
      await store.rooms.create(EVE, EVES)
      const from = await headOf(world, EVE)
      await startBoth(world)
      const told = world.notices.length
      await store.runs.start(ALICE, THREAD, asking('r-2', { onBusy: 'enqueue' }))
      await store.threads.change(ALICE, THREAD, { title: 'Of Alice' })
      await store.rooms.change(ALICE, ROOM.roomId, { title: 'Of Alice' })
      expect(await inboxOf(world, EVE, from)).toEqual(['ThreadCreated', 'RunQueued'])
      const notices = world.notices.slice(told)
      expect(notices.map(({ type }) => type)).toContain('thread.more')
      for (const notice of notices) {
        expect('key' in notice ? notice.key.tenantId : notice.tenantId).toBe(ALICE.tenantId)
      }
    }),
  )

  it(
    'G8 every call about another tenant’s room is answered as for a room that does not exist',
    inWorld(async (world) => {
      const { store } = world
      await world.ended('r-1')
      await store.rooms.create(ALICE, { roomId: 'deleted', title: 'Deleted' })
      await store.rooms.delete(ALICE, 'deleted', false)
      const answers = async (roomId: string) => {
        const key = { ...THREAD, roomId }
        return {
          ...(await seenBy(world, EVE, key)),
          search: await store.threads.list(EVE, roomId, { limit: 9, q: 'text' }),
          forged: await store.threads.list(EVE, roomId, { limit: 9, before: 'x' }),
          whoAnswers: await store.runs.whoAnswers(EVE, key, { runId: 'r-1' }),
          change: await store.rooms.change(EVE, roomId, { title: 'Mine' }),
          deleteRoom: await store.rooms.delete(EVE, roomId, true),
          create: await store.threads.create(EVE, key, 'Mine'),
          changeThread: await store.threads.change(EVE, key, { title: 'Mine' }),
          deleteThread: await store.threads.delete(EVE, key, true),
          start: await store.runs.start(EVE, key, asking('r-1')),
          cancelRun: await store.runs.cancelRun(EVE, key, 'r-1'),
          cancelThread: await store.runs.cancelThread(EVE, key),
          edit: await store.runs.edit(EVE, key, 'r-1', [said('q')]),
          changeQueue: await store.runs.changeQueue(EVE, key, { paused: true }),
        }
      }
      const nothing = await answers('no-such-room')
      expect(nothing.start).toEqual({ type: 'not_found' })
      for (const roomId of [ROOM.roomId, OTHER_ROOM.roomId, 'deleted']) {
        expect(await answers(roomId), roomId).toEqual(nothing)
      }
      for (const roomId of [ROOM.roomId, 'deleted']) {
        const room = { roomId, title: 'Mine' }
        expect(await store.rooms.create(EVE, room)).toEqual({ type: 'created', room })
      }
      expect(await store.runs.start(EVE, THREAD, asking('r-1'))).toMatchObject({ type: 'accepted' })
    }),
  )
}
