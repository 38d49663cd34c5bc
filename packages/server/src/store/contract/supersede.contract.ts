/** Contract: runs that supersede others. */
import type { Outcome } from '@holdfast/core'
import { expect, it } from 'vitest'
import { expectSound } from './invariants.ts'
import { claimed, claims, enqueue, orderOf } from './line.ts'
import { ALICE, asking, CANCELLED, ending, type InWorld, LEASE_MS, SUCCEEDED, saying, THREAD } from './world.ts'

export function supersedeContract(inWorld: InWorld): void {
  it(
    'a live run is told to stop, ends superseded by the new one, and the new one starts next',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      await enqueue(world, 'r-2')
      await world.store.work.append(lease, saying('a-1', 'Half an answer.'))
      const answer = await world.store.runs.start(ALICE, THREAD, asking('r-3', { onBusy: 'supersede' }))
      expect(answer).toMatchObject({ type: 'accepted', run: { status: 'queued', position: 1 } })
      expect(world.notices.filter(({ type }) => type === 'run.cancel')).toMatchObject([{ runId: 'r-1' }])
      expect(await claimed(world)).toEqual([])
      const cancelling = { type: 'cancelling', cancel: { supersededBy: 'r-3' } }
      expect(await world.store.work.renew([lease], LEASE_MS)).toEqual([cancelling])
      expect(await world.store.work.end(lease, ending(lease, SUCCEEDED))).toEqual(cancelling)
      const superseded: Outcome = { type: 'superseded', by: 'r-3' }
      expect(await world.store.work.end(lease, ending(lease, superseded))).toEqual({ type: 'ended' })
      expect(await world.store.runs.get(ALICE, THREAD, 'r-1')).toMatchObject({
        run: { status: 'superseded', outcome: superseded },
      })
      const [next] = await claims(world)
      expect(next?.run.runId).toBe('r-3')
      expect(next?.input.messages.map(({ id }) => id)).toEqual(['r-1-q', 'a-1', 'r-3-q'])
      expect(await orderOf(world)).toEqual(['r-2'])
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a cancel wins over a supersede, whichever came first (G6)',
    inWorld(async (world) => {
      const { runs, work } = world.store
      for (const first of ['cancel', 'supersede']) {
        const key = { ...THREAD, threadId: first }
        const { lease } = await world.running('r-1', key)
        const supersede = () => runs.start(ALICE, key, asking('r-2', { onBusy: 'supersede' }))
        if (first === 'supersede') await supersede()
        expect(await runs.cancelRun(ALICE, key, 'r-1')).toMatchObject({ type: 'requested' })
        if (first === 'cancel') await supersede()
        expect(await work.end(lease, ending(lease, { type: 'superseded', by: 'r-2' }))).toMatchObject({
          type: 'cancelling',
          cancel: { by: 'alice' },
        })
        expect(await work.end(lease, ending(lease, CANCELLED))).toEqual({ type: 'ended' })
        // A cancel after it stopped the superseding run, too, until a person resumes the queue.
        expect(await claimed(world)).toEqual(first === 'cancel' ? ['r-2'] : [])
        await expectSound(world, key)
      }
    }),
  )

  it(
    'a run about to start, and one whose worker is gone, are superseded, also after a restart',
    inWorld(async (world) => {
      await world.store.runs.start(ALICE, THREAD, asking('r-1'))
      await world.store.runs.start(ALICE, THREAD, asking('r-2', { onBusy: 'supersede' }))
      expect(await world.store.runs.get(ALICE, THREAD, 'r-1')).toMatchObject({ run: { status: 'superseded' } })
      const [second] = await claims(world)
      expect(second?.input.messages.map(({ id }) => id)).toEqual(['r-1-q', 'r-2-q'])
      await world.store.runs.start(ALICE, THREAD, asking('r-3', { onBusy: 'supersede' }))
      await world.reopen()
      await world.store.work.settleOrphans('all')
      expect(await world.store.runs.get(ALICE, THREAD, 'r-2')).toMatchObject({
        run: { outcome: { type: 'superseded', by: 'r-3' } },
      })
      expect(await claimed(world)).toEqual(['r-3'])
      await expectSound(world, THREAD)
    }),
  )

  it(
    '“send now” moves a queued run to the front and supersedes the live run',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      await enqueue(world, 'r-2', 'r-3')
      const change = { order: ['r-3'], supersede: true, paused: true }
      expect(await world.store.runs.changeQueue(ALICE, THREAD, change)).toMatchObject({
        queue: { order: ['r-3', 'r-2'], paused: true },
      })
      await world.store.work.end(lease, ending(lease, { type: 'superseded', by: 'r-3' }))
      expect(await claimed(world)).toEqual(['r-3'])
      expect(await orderOf(world)).toEqual(['r-2'])
      await expectSound(world, THREAD)
    }),
  )
}
