/** Contract: runs that have lost their worker. */
import { expect, it } from 'vitest'
import { expectSound } from './invariants.ts'
import {
  ALICE,
  ALICES_THREAD,
  asking,
  beginning,
  type InWorld,
  json,
  LEASE_MS,
  OTHER_ROOM,
  THREAD,
  typesOf,
} from './world.ts'

export function orphanContract(inWorld: InWorld): void {
  it(
    'a run whose lease has expired fails, with what it had written, closed in order (S001-C6)',
    inWorld(async (world) => {
      const { store } = world
      const { lease } = await world.running('r-1')
      const open = [
        { type: 'STEP_STARTED', stepName: 's' },
        ...beginning('m-1', 'half an ans'),
        { type: 'TOOL_CALL_START', toolCallId: 'c-1', toolCallName: 'look', parentMessageId: 'm-1' },
      ]
      await store.work.append(lease, json(open as never))
      world.advance(LEASE_MS)
      expect(await store.work.settleOrphans('expired')).toBe(1)
      expect(typesOf(await world.log()).slice(-5)).toEqual([
        'TEXT_MESSAGE_END',
        'TOOL_CALL_END',
        'STEP_FINISHED',
        'RUN_ERROR',
        'run.ended',
      ])
      const snapshot = await store.threads.snapshot(ALICE, THREAD)
      expect(snapshot).toMatchObject({
        thread: { status: 'failed' },
        view: { open: [], runs: [{ status: 'failed', outcome: { type: 'failed', code: 'worker_lost' } }] },
      })
      expect(JSON.stringify(snapshot)).toContain('half an ans')
      expect(world.notices.at(-1)).toEqual({ type: 'run.ended', key: ALICES_THREAD, runId: 'r-1' })
      expect(await store.work.settleOrphans('all')).toBe(0)
      await expectSound(world, THREAD)
    }),
  )

  it(
    'an orphan with a requested cancel ends cancelled (G6)',
    inWorld(async (world) => {
      await world.running('r-1')
      await world.store.runs.cancelRun(ALICE, THREAD, 'r-1', 'enough')
      expect(await world.store.work.settleOrphans('all')).toBe(1)
      const outcome = { type: 'cancelled', by: 'alice', reason: 'enough' }
      expect(await world.store.runs.get(ALICE, THREAD, 'r-1')).toMatchObject({ run: { status: 'cancelled', outcome } })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a run whose lease is renewed in time, and one that was never claimed, are left alone',
    inWorld(async (world) => {
      const { store } = world
      const waiting = { roomId: OTHER_ROOM.roomId, threadId: 'waiting' }
      const { lease } = await world.running('r-1')
      await store.runs.start(ALICE, waiting, asking('r-1'))
      for (let round = 0; round < 3; round++) {
        world.advance(LEASE_MS - 1)
        expect(await store.work.settleOrphans('expired')).toBe(0)
        expect(await store.work.renew([lease], LEASE_MS)).toEqual([{ type: 'running' }])
      }
      world.advance(LEASE_MS)
      expect(await store.work.settleOrphans('expired')).toBe(1)
      expect(await store.work.settleOrphans('all')).toBe(0)
      expect(await store.runs.get(ALICE, waiting, 'r-1')).toMatchObject({ run: { status: 'queued' } })
    }),
  )

  it(
    'every live run of every thread is settled once, however many callers ask',
    inWorld(async (world) => {
      const keys = ['a', 'b', 'c'].map((threadId) => ({ roomId: OTHER_ROOM.roomId, threadId }))
      for (const key of keys) await world.running('r-1', key)
      const settled = await Promise.all([1, 2, 3, 4].map(() => world.store.work.settleOrphans('all')))
      expect(settled.reduce((sum, count) => sum + count)).toBe(3)
      for (const key of keys) await expectSound(world, key)
    }),
  )
}
