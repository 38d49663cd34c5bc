/** Contract: closing and reopening. An adapter without persistence runs these tests on the same store. */
import { expect, it } from 'vitest'
import { StoreFault } from '../fault.ts'
import { threadOf } from '../tenant-thread.ts'
import { expectSound } from './invariants.ts'
import {
  ALICE,
  asking,
  beginning,
  ending,
  type InWorld,
  json,
  LEASE_MS,
  OTHER_ROOM,
  ROOM,
  SUCCEEDED,
  saying,
  THREAD,
} from './world.ts'

export function durabilityContract(inWorld: InWorld): void {
  it(
    'every record, row and answer is as before (G1)',
    inWorld(async (world) => {
      await world.ended('r-1')
      const { lease } = await world.running('r-2')
      await world.store.work.append(lease, json(beginning('m-2', 'half')))
      await world.store.runs.start(ALICE, { roomId: OTHER_ROOM.roomId, threadId: 'waiting' }, asking('r-1'))
      const everything = async () => ({
        rooms: await world.store.rooms.list(ALICE, { limit: 10 }),
        threads: await world.store.threads.list(ALICE, ROOM.roomId, { limit: 10 }),
        snapshot: await world.store.threads.snapshot(ALICE, THREAD),
        runs: await world.store.runs.list(ALICE, THREAD, { limit: 200 }),
        log: await world.log(),
        same: await world.store.runs.start(ALICE, THREAD, asking('r-2')),
      })
      const before = await everything()
      await world.reopen()
      expect(await everything()).toEqual(before)
      await expectSound(world, THREAD)
    }),
  )

  it(
    'work continues: a queued run is claimed, an orphan is settled, a lease is still fenced',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      await world.store.work.append(lease, json(beginning('m-1', 'half')))
      const waiting = { roomId: OTHER_ROOM.roomId, threadId: 'waiting' }
      await world.store.runs.start(ALICE, waiting, asking('r-1'))
      await world.reopen()
      expect(await world.store.work.append({ ...lease, epoch: 7 }, saying('m-9', 'x'))).toEqual({ type: 'lost' })
      expect(await world.store.work.settleOrphans('all')).toBe(1)
      expect(await world.store.work.append(lease, saying('m-9', 'x'))).toEqual({ type: 'lost' })
      const claims = await world.store.work.claim({ workerId: 'worker-2', limit: 10, leaseMs: LEASE_MS })
      expect(claims.map((claim) => claim.lease)).toEqual([{ ...threadOf(ALICE, waiting), runId: 'r-1', epoch: 1 }])
      await expectSound(world, THREAD)
      await expectSound(world, waiting)
    }),
  )

  it(
    'queued runs are claimed in the order of acceptance',
    inWorld(async (world) => {
      const keys = ['z', 'm', 'a', 'k'].map((threadId) => ({ roomId: ROOM.roomId, threadId }))
      for (const key of keys.slice(0, 3)) await world.store.runs.start(ALICE, key, asking('r-1'))
      await world.reopen()
      for (const key of keys.slice(3)) await world.store.runs.start(ALICE, key, asking('r-1'))
      const claims = await world.store.work.claim({ workerId: 'w', limit: 10, leaseMs: LEASE_MS })
      expect(claims.map((claim) => claim.lease.threadId)).toEqual(['z', 'm', 'a', 'k'])
    }),
  )

  it(
    'a requested cancel, and one that came before its start, are still known (G6)',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      await world.store.runs.cancelRun(ALICE, THREAD, 'r-1')
      const elsewhere = { roomId: OTHER_ROOM.roomId, threadId: 'later' }
      await world.store.runs.cancelRun(ALICE, elsewhere, 'r-9')
      await world.reopen()
      const { type } = await world.store.work.end(lease, ending(lease, SUCCEEDED))
      expect(type).toBe('cancelling')
      const answer = await world.store.runs.start(ALICE, elsewhere, asking('r-9'))
      expect(answer).toMatchObject({ run: { status: 'cancelled' } })
    }),
  )

  it(
    'the log continues after the last record, and the fold from where it was',
    inWorld(async (world) => {
      for (let n = 0; n < 4; n++) {
        await world.ended(`r-${n}`)
        await world.reopen()
        await expectSound(world, THREAD)
      }
      const { lease } = await world.running('r-4')
      await world.store.work.append(lease, json(beginning('m-4', 'one ')))
      await world.reopen()
      const delta = { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm-4', delta: 'two' }
      expect(await world.store.work.append(lease, [JSON.stringify(delta)])).toEqual({ type: 'running' })
      expect(JSON.stringify(await world.store.threads.snapshot(ALICE, THREAD))).toContain('"one two"')
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a closed store refuses every call, and closing it twice is harmless',
    inWorld(async ({ store }) => {
      await store.close()
      await store.close()
      await expect(store.runs.start(ALICE, THREAD, asking('r-1'))).rejects.toThrow(StoreFault)
      await expect(store.rooms.get(ALICE, ROOM.roomId)).rejects.toMatchObject({ code: 'storage_closed' })
      await expect(store.work.settleOrphans('all')).rejects.toMatchObject({ code: 'storage_closed' })
    }),
  )
}
