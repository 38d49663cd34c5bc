/** Contract: cancelling. */
import { expect, it } from 'vitest'
import { expectSound } from './invariants.ts'
import { ALICE, ALICES_THREAD, asking, BOB, type InWorld, OTHER_ROOM, ROOM, said, THREAD, typesOf } from './world.ts'

const MINUTE = 60_000
const MOST = 1_000

export function cancelContract(inWorld: InWorld): void {
  it(
    'a cancel asks a running run to end, durably, and its worker is notified',
    inWorld(async (world) => {
      const { store } = world
      await world.running('r-1')
      const answer = await store.runs.cancelRun(BOB, THREAD, 'r-1', 'enough')
      expect(answer).toMatchObject({ type: 'requested', run: { runId: 'r-1', status: 'cancelling' } })
      expect((await world.log()).slice(-2).map((envelope) => envelope.event)).toEqual([
        { type: 'run.cancel-requested', by: 'bob', reason: 'enough' },
        { type: 'run.status', status: 'cancelling' },
      ])
      expect(world.notices.at(-1)).toEqual({ type: 'run.cancel', key: ALICES_THREAD, runId: 'r-1' })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a repeated cancel gets the same answer and writes nothing: the first request stands (S001-64)',
    inWorld(async (world) => {
      const { store } = world
      await world.running('r-1')
      const first = await store.runs.cancelRun(ALICE, THREAD, 'r-1')
      const before = await world.log()
      expect(await store.runs.cancelRun(BOB, THREAD, 'r-1', 'me too')).toEqual(first)
      expect(await store.runs.cancelThread(BOB, THREAD)).toEqual(first)
      expect(await world.log()).toEqual(before)
    }),
  )

  it(
    'a cancel ends a queued run at once; its message is kept and no worker ever gets the run',
    inWorld(async (world) => {
      const { store } = world
      await store.runs.start(ALICE, THREAD, asking('r-1'))
      const answer = await store.runs.cancelRun(ALICE, THREAD, 'r-1', 'changed my mind')
      const outcome = { type: 'cancelled', by: 'alice', reason: 'changed my mind' }
      expect(answer).toMatchObject({ type: 'requested', run: { status: 'cancelled', outcome } })
      expect(typesOf(await world.log())).toEqual([
        'run.accepted',
        'run.cancel-requested',
        'RUN_STARTED',
        'RUN_FINISHED',
        'run.ended',
      ])
      expect(await store.work.claim({ workerId: 'w', limit: 10, leaseMs: 1_000 })).toEqual([])
      expect(await store.threads.snapshot(ALICE, THREAD)).toMatchObject({
        thread: { status: 'idle' },
        view: { messages: [said('r-1-q')], queue: [] },
      })
      expect(world.notices.at(-1)).toEqual({ type: 'run.ended', key: ALICES_THREAD, runId: 'r-1' })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'S002-C1 a cancel of an ended run is too late and answers how the run ended',
    inWorld(async (world) => {
      await world.ended('r-1')
      const before = await world.log()
      const late = { type: 'already_terminal', status: 'succeeded' }
      expect(await world.store.runs.cancelRun(ALICE, THREAD, 'r-1')).toEqual(late)
      const nothingLive = { type: 'already_terminal', status: null }
      expect(await world.store.runs.cancelThread(ALICE, THREAD)).toEqual(nothingLive)
      expect(await world.log()).toEqual(before)
    }),
  )

  it(
    'a cancel of a thread cancels its live run, or the one about to start, and nothing elsewhere',
    inWorld(async (world) => {
      const { store } = world
      const twin = { roomId: OTHER_ROOM.roomId, threadId: THREAD.threadId }
      await world.running('r-1', twin)
      await store.runs.start(ALICE, THREAD, asking('r-1'))
      expect(await store.runs.cancelThread(ALICE, THREAD)).toMatchObject({ run: { status: 'cancelled' } })
      await world.running('r-2')
      expect(await store.runs.cancelThread(ALICE, THREAD)).toMatchObject({ run: { status: 'cancelling' } })
      expect(await store.runs.get(ALICE, twin, 'r-1')).toMatchObject({ run: { status: 'running' } })
    }),
  )

  it(
    'a cancel is remembered for a run that does not exist yet, and creates no thread',
    inWorld(async (world) => {
      const { store } = world
      expect(await store.runs.cancelRun(ALICE, THREAD, 'r-1', 'early')).toEqual({ type: 'requested' })
      expect(await store.runs.cancelRun(ALICE, THREAD, 'r-1', 'early')).toEqual({ type: 'requested' })
      expect(await store.threads.snapshot(ALICE, THREAD)).toEqual({ type: 'not_found' })
      expect(await store.runs.get(ALICE, THREAD, 'r-1')).toEqual({ type: 'not_found' })
      expect(world.notices.filter(({ type }) => type !== 'inbox.more')).toEqual([])
    }),
  )

  it(
    'S002-C5 a cancel before the start makes the start keep its message and end cancelled before any agent (G6)',
    inWorld(async (world) => {
      const { store } = world
      await store.runs.cancelRun(ALICE, THREAD, 'r-1', 'early')
      world.advance(MINUTE)
      const outcome = { type: 'cancelled', by: 'alice', reason: 'early' }
      const answer = await store.runs.start(ALICE, THREAD, asking('r-1'))
      expect(answer).toMatchObject({ type: 'accepted', run: { status: 'cancelled', outcome } })
      expect(await store.work.claim({ workerId: 'w', limit: 10, leaseMs: 1_000 })).toEqual([])
      expect(typesOf(await world.log())).toEqual([
        'run.accepted',
        'run.cancel-requested',
        'RUN_STARTED',
        'RUN_FINISHED',
        'run.ended',
      ])
      expect(await store.threads.snapshot(ALICE, THREAD)).toMatchObject({ view: { messages: [said('r-1-q')] } })
      expect(world.notices.map((notice) => notice.type).slice(-3)).toEqual(['inbox.more', 'thread.more', 'run.ended'])
      expect(await store.runs.start(ALICE, THREAD, asking('r-1'))).toMatchObject({ type: 'same' })
      const late = { type: 'already_terminal', status: 'cancelled' }
      expect(await store.runs.cancelRun(ALICE, THREAD, 'r-1')).toEqual(late)
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a remembered cancel survives a start that was refused, and affects no other run',
    inWorld(async (world) => {
      const { store } = world
      await store.runs.cancelRun(ALICE, THREAD, 'r-2')
      const { lease } = await world.running('r-1')
      expect(await store.runs.start(ALICE, THREAD, asking('r-2'))).toEqual({ type: 'run_active', runId: 'r-1' })
      expect(await store.work.append(lease, [])).toEqual({ type: 'running' })
      await store.work.settleOrphans('all')
      expect(await store.runs.start(ALICE, THREAD, asking('r-2'))).toMatchObject({ run: { status: 'cancelled' } })
      const elsewhere = { roomId: OTHER_ROOM.roomId, threadId: THREAD.threadId }
      expect(await store.runs.start(ALICE, elsewhere, asking('r-2'))).toMatchObject({ run: { status: 'queued' } })
    }),
  )

  it(
    'a room remembers a thousand cancels, each for at least a minute; after that there is space for more',
    inWorld(async ({ store, advance }) => {
      const cancel = (runId: string, roomId = ROOM.roomId) =>
        store.runs.cancelRun(ALICE, { roomId, threadId: THREAD.threadId }, runId)
      const started = (runId: string) =>
        store.runs.start(ALICE, { roomId: ROOM.roomId, threadId: THREAD.threadId }, asking(runId))
      const ids = Array.from({ length: MOST }, (_, index) => `early-${index}`)
      const answers = await Promise.all(ids.map((runId) => cancel(runId)))
      expect(answers.every((answer) => answer.type === 'requested')).toBe(true)
      expect(await cancel('more-1')).toEqual({ type: 'too_many' })
      expect(await cancel('more-1', OTHER_ROOM.roomId)).toEqual({ type: 'requested' })
      // A repeated request takes no further place and restarts the minute.
      advance(1)
      expect(await cancel('early-7')).toEqual({ type: 'requested' })
      // A cancel that was used frees its place.
      expect(await started('early-0')).toMatchObject({ run: { status: 'cancelled' } })
      expect(await cancel('more-1')).toEqual({ type: 'requested' })
      advance(MINUTE - 1)
      expect(await cancel('more-2')).toEqual({ type: 'too_many' })
      advance(1)
      expect(await cancel('more-2')).toEqual({ type: 'requested' })
      for (const runId of ['early-7', 'more-1', 'more-2']) {
        expect(await started(runId)).toMatchObject({ run: { status: 'cancelled' } })
      }
      // The room needed the places of the cancels that were a minute old.
      expect(await started('early-1')).toMatchObject({ run: { status: 'queued' } })
    }),
  )
}
