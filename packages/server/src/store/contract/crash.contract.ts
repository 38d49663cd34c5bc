/** Contract: runs whose agent declared what happens if their worker is lost. */
import { isEnded } from '@holdfast/core'
import { expect, it } from 'vitest'
import { MAX_RESUMES } from '../decide/orphan.ts'
import { expectSound } from './invariants.ts'
import {
  ALICE,
  ALICES_THREAD,
  asking,
  beginning,
  ending,
  type InWorld,
  json,
  LEASE_MS,
  SUCCEEDED,
  said,
  THREAD,
  typesOf,
  type World,
} from './world.ts'

const CLAIM = { workerId: 'worker-2', limit: 10, leaseMs: LEASE_MS }

/** A run that was accepted with `afterCrash` and has written half an answer. */
async function begun({ store }: World, afterCrash: 'restart' | 'resume', runId = 'r-1') {
  await store.runs.start(ALICE, THREAD, asking(runId, { state: { n: 1 }, forwardedProps: { p: 1 } }), afterCrash)
  const [claim] = await store.work.claim(CLAIM)
  if (!claim) throw new Error('Nothing to claim.')
  await store.work.append(claim.lease, json(beginning(`${runId}-a`, 'half an ans')))
  return claim
}

export function crashContract(inWorld: InWorld): void {
  it(
    'a restartable run is retried by a new run that names it and asks the same question',
    inWorld(async (world) => {
      const { input } = await begun(world, 'restart')
      await world.reopen()
      expect(await world.store.work.settleOrphans('all')).toBe(1)
      expect(await world.store.runs.list(ALICE, THREAD, { limit: 200 })).toMatchObject({
        items: [
          { runId: 'r-1', status: 'failed', outcome: { code: 'worker_lost' } },
          { runId: 'r-1.again', status: 'queued', retryOf: 'r-1', parentId: 'r-1-q', agentId: 'demo' },
        ],
      })
      expect(world.notices.at(-1)).toEqual({ type: 'run.queued', key: ALICES_THREAD, runId: 'r-1.again' })
      const [again, ...more] = await world.store.work.claim(CLAIM)
      expect(more).toEqual([])
      expect(again).toMatchObject({ lease: { runId: 'r-1.again', epoch: 1 }, input: { ...input, runId: 'r-1.again' } })
      expect(again?.input.messages).toEqual([said('r-1-q')])
      expect(again).not.toHaveProperty('resumed')
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a run is restarted once: a run that crashes its server does not loop',
    inWorld(async (world) => {
      const { store } = world
      await begun(world, 'restart')
      await store.work.settleOrphans('all')
      await store.work.claim(CLAIM)
      await store.work.settleOrphans('all')
      expect(await store.work.claim(CLAIM)).toEqual([])
      expect(await store.runs.list(ALICE, THREAD, { limit: 200 })).toMatchObject({
        items: [{ status: 'failed' }, { status: 'failed', outcome: { code: 'worker_lost' } }],
      })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'the new run gets a free id even if the obvious one is taken or would be too long',
    inWorld(async (world) => {
      const { store } = world
      const long = 'x'.repeat(128)
      await world.ended('r-1.again')
      await begun(world, 'restart', 'r-1')
      await store.work.settleOrphans('all')
      const [again] = await store.work.claim(CLAIM)
      expect(again?.lease.runId).toBe('r-1.again-2')
      if (again) await store.work.end(again.lease, ending(again.lease, SUCCEEDED))
      await begun(world, 'restart', long)
      await store.work.settleOrphans('all')
      expect((await store.work.claim(CLAIM))[0]?.lease.runId).toBe(`${long.slice(0, 122)}.again`)
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a resumable run continues under a new epoch, and its old worker can write no more (I12)',
    inWorld(async (world) => {
      const old = await begun(world, 'resume')
      await world.reopen()
      const { store } = world
      const before = await world.log()
      expect(await store.work.settleOrphans('all')).toBe(1)
      expect(await store.work.settleOrphans('all'), 'it waits, and is settled once').toBe(0)
      expect(await store.runs.get(ALICE, THREAD, 'r-1')).toMatchObject({ run: { status: 'running' } })
      expect(await store.work.append(old.lease, json(beginning('late', 'x')))).toEqual({ type: 'lost' })
      const [claim, ...more] = await store.work.claim({ ...CLAIM, workerId: 'worker-3' })
      expect(more).toEqual([])
      expect(claim).toEqual({
        ...old,
        lease: { ...old.lease, epoch: 2 },
        run: { ...old.run, resumed: 1 },
        resumed: { firstSeq: 1, times: 1 },
      })
      expect((await world.log()).at(-1)?.event).toEqual({ type: 'run.status', status: 'running', resumed: 1 })
      expect(await store.work.append(old.lease, json(beginning('late', 'x')))).toEqual({ type: 'lost' })
      const rest = json([
        { type: 'TEXT_MESSAGE_CONTENT', messageId: 'r-1-a', delta: 'wer' },
        { type: 'TEXT_MESSAGE_END', messageId: 'r-1-a' },
      ] as never)
      if (!claim) throw new Error('It was not given away.')
      expect(await store.work.append(claim.lease, rest)).toEqual({ type: 'running' })
      expect(await store.work.end(claim.lease, ending(claim.lease, SUCCEEDED))).toEqual({ type: 'ended' })
      const after = await world.log()
      expect(after.slice(0, before.length)).toEqual(before)
      expect(typesOf(after).filter((type) => type === 'RUN_STARTED')).toHaveLength(1)
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a resumable run is claimed before any queued run',
    inWorld(async (world) => {
      const { store } = world
      await begun(world, 'resume')
      await store.runs.start(ALICE, { ...THREAD, threadId: 'other' }, asking('r-2'))
      await store.work.settleOrphans('all')
      expect((await store.work.claim({ ...CLAIM, limit: 1 })).map(({ lease }) => lease.runId)).toEqual(['r-1'])
      expect((await store.work.claim({ ...CLAIM, limit: 1 })).map(({ lease }) => lease.runId)).toEqual(['r-2'])
      expect(await store.work.claim(CLAIM)).toEqual([])
    }),
  )

  it(
    'G6 a cancel ends a run that was being cancelled and one that waits for a worker, whatever was declared',
    inWorld(async (world) => {
      const { store } = world
      for (const nature of ['restart', 'resume'] as const) {
        const runId = `r-${nature}`
        await begun(world, nature, runId)
        await store.runs.cancelRun(ALICE, THREAD, runId)
        expect(await store.work.settleOrphans('all')).toBe(1)
        expect(await store.runs.get(ALICE, THREAD, runId)).toMatchObject({ run: { status: 'cancelled' } })
      }
      await begun(world, 'resume', 'r-3')
      await store.work.settleOrphans('all')
      expect(await store.runs.cancelThread(ALICE, THREAD)).toMatchObject({
        type: 'requested',
        run: { runId: 'r-3', status: 'cancelled' },
      })
      expect(typesOf(await world.log()).slice(-3)).toEqual(['TEXT_MESSAGE_END', 'RUN_FINISHED', 'run.ended'])
      expect(await store.work.claim(CLAIM)).toEqual([])
      await expectSound(world, THREAD)
    }),
  )

  it(
    `a run is resumed ${MAX_RESUMES} times at most, then it fails, and says how often it was resumed`,
    inWorld(async (world) => {
      await begun(world, 'resume')
      for (let times = 1; times <= MAX_RESUMES; times++) {
        expect(await world.store.work.settleOrphans('all')).toBe(1)
        await world.reopen()
        expect(await world.store.work.claim(CLAIM)).toMatchObject([
          { lease: { epoch: times + 1 }, run: { resumed: times }, resumed: { firstSeq: 1, times } },
        ])
      }
      const { store } = world
      expect(await store.work.settleOrphans('all')).toBe(1)
      expect(await store.work.claim(CLAIM)).toEqual([])
      const answer = await store.runs.get(ALICE, THREAD, 'r-1')
      expect(answer.type === 'run' && isEnded(answer.run) && answer.run).toMatchObject({
        outcome: { code: 'worker_lost' },
        resumed: MAX_RESUMES,
      })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'G15 a run that its worker releases in an orderly stop continues, however often, and that is not counted',
    inWorld(async (world) => {
      await begun(world, 'resume')
      const [first, second] = ['worker-2', 'worker-3']
      let worker = first
      for (let stops = 1; stops <= MAX_RESUMES + 2; stops++) {
        const view = await world.store.runs.get(ALICE, THREAD, 'r-1')
        expect(view).toMatchObject({ run: { status: 'running' } })
        const lease = { ...ALICES_THREAD, runId: 'r-1', epoch: stops }
        expect(await world.store.work.renew([lease], 0)).toEqual([{ type: 'running' }])
        expect(await world.store.work.settleOrphans('expired')).toBe(1)
        worker = worker === first ? second : first
        const [claim] = await world.store.work.claim({ ...CLAIM, workerId: worker })
        expect(claim).toMatchObject({ lease: { epoch: stops + 1 }, resumed: { firstSeq: 1, times: 0 } })
        expect(claim?.run).not.toHaveProperty('resumed')
      }
      expect(await world.store.work.settleOrphans('all')).toBe(1)
      await world.reopen()
      expect(await world.store.work.claim(CLAIM)).toMatchObject([{ resumed: { times: 1 } }])
      await expectSound(world, THREAD)
    }),
  )

  it(
    'the caller says how often a run is resumed, down to never',
    inWorld(async (world) => {
      const { store } = world
      await begun(world, 'resume')
      expect(await store.work.settleOrphans('all', 1)).toBe(1)
      await store.work.claim(CLAIM)
      await store.work.settleOrphans('all', 1)
      expect(await store.runs.get(ALICE, THREAD, 'r-1')).toMatchObject({ run: { status: 'failed', resumed: 1 } })
      await begun(world, 'resume', 'r-2')
      await store.work.settleOrphans('all', 0)
      expect(await store.runs.get(ALICE, THREAD, 'r-2')).toMatchObject({ run: { outcome: { code: 'worker_lost' } } })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'the declaration counts at acceptance and is ignored when a retried start is compared (I9)',
    inWorld(async ({ store }) => {
      expect(await store.runs.start(ALICE, THREAD, asking('r-1'), 'resume')).toMatchObject({ type: 'accepted' })
      expect(await store.runs.start(ALICE, THREAD, asking('r-1'))).toMatchObject({ type: 'same' })
      await store.work.claim(CLAIM)
      await store.work.settleOrphans('all')
      expect(await store.work.claim(CLAIM)).toMatchObject([{ resumed: { firstSeq: 1, times: 1 } }])
    }),
  )
}
