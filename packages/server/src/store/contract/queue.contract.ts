/** Contract: queued runs. */
import { expect, it } from 'vitest'
import { expectSound } from './invariants.ts'
import { claimed, claims, endLive, enqueue, enqueued, orderOf } from './line.ts'
import {
  ALICE,
  asking,
  BOB,
  CANCELLED,
  ending,
  FAILED,
  type InWorld,
  OTHER_ROOM,
  SUCCEEDED,
  said,
  THREAD,
} from './world.ts'

export function queueContract(inWorld: InWorld): void {
  it(
    'runs queue behind a live one in order, each with its position, and start one after the other (S001-67)',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      await enqueue(world, 'r-2', 'r-3')
      expect(await orderOf(world)).toEqual(['r-2', 'r-3'])
      expect(await world.store.runs.get(ALICE, THREAD, 'r-3')).toMatchObject({ run: { status: 'queued', position: 2 } })
      expect(await world.store.runs.start(ALICE, THREAD, enqueued('r-3'))).toMatchObject({
        type: 'same',
        run: { position: 2 },
      })
      expect(await world.store.threads.snapshot(ALICE, THREAD)).toMatchObject({ thread: { status: 'working' } })
      expect(await claimed(world)).toEqual([])
      await world.store.work.end(lease, ending(lease, SUCCEEDED))
      expect(await world.store.threads.snapshot(ALICE, THREAD)).toMatchObject({ thread: { status: 'queued' } })
      const [second] = await claims(world)
      expect(second?.run.runId).toBe('r-2')
      // Its history was fixed at its start, with everything that was said before.
      expect(second?.input.messages.map(({ id }) => id)).toEqual(['r-1-q', 'r-2-q'])
      expect(await orderOf(world)).toEqual(['r-3'])
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a start with enqueue starts at once if nothing is live',
    inWorld(async (world) => {
      await enqueue(world, 'r-1')
      expect(await claimed(world)).toEqual(['r-1'])
    }),
  )

  it(
    'messages, order and pause can be changed until a run has started, and all changes are kept (S001-66, S001-72, S001-73)',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      await enqueue(world, 'r-2', 'r-3', 'r-4')
      const { runs } = world.store
      expect(await runs.edit(BOB, THREAD, 'r-3', [said('new-q', 'Rather this')])).toMatchObject({
        run: { runId: 'r-3', parentId: 'new-q', position: 2 },
      })
      const changed = await runs.changeQueue(BOB, THREAD, { order: ['r-4', 'r-3'], paused: true })
      expect(changed).toMatchObject({ queue: { order: ['r-4', 'r-3', 'r-2'], paused: true } })
      // Compared with the original request: the edit does not count when a start is retried (I9).
      expect(await runs.start(ALICE, THREAD, enqueued('r-3'))).toMatchObject({ type: 'same' })
      await world.reopen()
      expect(await world.store.runs.queue(ALICE, THREAD)).toEqual(changed)
      await expectSound(world, THREAD)
      await world.store.work.settleOrphans('all')
      expect(await claimed(world)).toEqual([])
      await world.store.runs.changeQueue(ALICE, THREAD, { paused: false })
      expect(await claimed(world)).toEqual(['r-4'])
      expect(await world.store.work.append(lease, [])).toEqual({ type: 'lost' })
      expect(await world.store.runs.edit(ALICE, THREAD, 'r-4', [said('late')])).toEqual({
        type: 'not_queued',
        runId: 'r-4',
      })
      expect(await world.store.runs.changeQueue(ALICE, THREAD, { order: ['r-4'] })).toEqual({
        type: 'not_queued',
        runId: 'r-4',
      })
      await world.store.runs.cancelRun(ALICE, THREAD, 'r-2')
      await endLive(world, 'r-4')
      const [edited] = await claims(world)
      expect(edited?.input.messages.at(-1)).toEqual(said('new-q', 'Rather this'))
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a change without effect writes nothing',
    inWorld(async (world) => {
      await world.running('r-1')
      await enqueue(world, 'r-2')
      const before = await world.log()
      await world.store.runs.changeQueue(ALICE, THREAD, {})
      await world.store.runs.changeQueue(ALICE, THREAD, { order: ['r-2'], paused: false })
      expect(await world.log()).toEqual(before)
    }),
  )

  it(
    'the queue pauses after a failure and after a cancel, continues after a success, and resumes on request (S001-71 decided: nothing is retried by itself)',
    inWorld(async (world) => {
      for (const [n, outcome] of [FAILED, CANCELLED, SUCCEEDED].entries()) {
        const key = { ...THREAD, threadId: `t-${n}` }
        const { lease } = await world.running('r-1', key)
        await world.store.runs.start(ALICE, key, enqueued('r-2'))
        if (outcome === CANCELLED) await world.store.runs.cancelThread(ALICE, key)
        await world.store.work.end(lease, ending(lease, outcome))
        const paused = outcome !== SUCCEEDED
        expect(await world.store.runs.queue(ALICE, key)).toMatchObject({ queue: { order: ['r-2'], paused } })
        expect(await claimed(world)).toEqual(paused ? [] : ['r-2'])
        if (!paused) continue
        const nothingLive = { type: 'already_terminal', status: null }
        expect(await world.store.runs.cancelThread(ALICE, key)).toEqual(nothingLive)
        await world.store.runs.changeQueue(ALICE, key, { paused: false })
        expect(world.notices.at(-1)).toMatchObject({ type: 'run.queued' })
        expect(await claimed(world)).toEqual(['r-2'])
        await expectSound(world, key)
      }
    }),
  )

  it(
    'a stopped run that is live or next pauses the queue behind it, by run id as by thread; a cancelled run that only waited does not',
    inWorld(async (world) => {
      const { runs, threads } = world.store
      for (const [n, stop] of (['cancelRun', 'cancelThread'] as const).entries()) {
        const key = { ...THREAD, threadId: `t-${n}` }
        for (const runId of ['r-1', 'r-2', 'r-3']) await runs.start(ALICE, key, enqueued(runId))
        await runs.cancelRun(ALICE, key, 'r-2')
        expect(await runs.queue(ALICE, key)).toMatchObject({ queue: { order: ['r-1', 'r-3'], paused: false } })
        if (stop === 'cancelRun') await runs.cancelRun(ALICE, key, 'r-1')
        else await runs.cancelThread(ALICE, key)
        expect(await runs.queue(ALICE, key)).toMatchObject({ queue: { order: ['r-3'], paused: true } })
        expect(await claimed(world)).toEqual([])
        // A cancelled run leaves a paused queue paused, and so does a stop of the run before it.
        await runs.start(ALICE, key, asking('r-4'))
        const before = (await world.log(key)).length
        await runs.cancelRun(ALICE, key, 'r-4')
        expect((await world.log(key)).slice(before).map(({ event }) => event.type)).not.toContain('queue.changed')
        expect(await runs.queue(ALICE, key)).toMatchObject({ queue: { order: ['r-3'], paused: true } })
        expect(await threads.snapshot(ALICE, key)).toMatchObject({
          view: { messages: [said('r-1-q'), said('r-4-q')] },
        })
        await runs.changeQueue(ALICE, key, { paused: false })
        expect(await claimed(world)).toEqual(['r-3'])
        await expectSound(world, key)
      }
    }),
  )

  it(
    'a queued run is removed with its messages, beside a live run, and an empty queue forgets its pause',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      await enqueue(world, 'r-2')
      await world.store.work.end(lease, ending(lease, FAILED))
      await world.store.runs.start(ALICE, THREAD, asking('r-3'))
      expect(await claimed(world)).toEqual(['r-3'])
      expect(await world.store.runs.cancelRun(ALICE, THREAD, 'r-2')).toMatchObject({ run: { status: 'cancelled' } })
      expect(await world.store.runs.queue(ALICE, THREAD)).toMatchObject({ queue: { order: [], paused: false } })
      const snapshot = await world.store.threads.snapshot(ALICE, THREAD)
      expect(JSON.stringify(snapshot.type === 'snapshot' && snapshot.view.messages)).not.toContain('r-2-q')
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a start that does not ask to wait starts before a paused queue and leaves that paused',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      await enqueue(world, 'r-2')
      await world.store.work.end(lease, ending(lease, FAILED))
      expect(await world.store.runs.start(ALICE, THREAD, asking('r-3'))).toMatchObject({ run: { position: 1 } })
      expect(await world.store.runs.start(ALICE, THREAD, asking('r-4'))).toEqual({ type: 'run_active', runId: 'r-3' })
      expect(await claimed(world)).toEqual(['r-3'])
      await endLive(world, 'r-3')
      expect(await claimed(world)).toEqual([])
      expect(await world.store.runs.queue(ALICE, THREAD)).toMatchObject({ queue: { order: ['r-2'], paused: true } })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a start is refused if too many runs are queued',
    inWorld(async (world) => {
      await world.running('r-0')
      const ids = Array.from({ length: 101 }, (_, n) => `q-${n}`)
      const answers = await Promise.all(ids.map((runId) => world.store.runs.start(ALICE, THREAD, enqueued(runId))))
      expect(answers.filter(({ type }) => type === 'accepted')).toHaveLength(100)
      expect(answers.at(-1)).toEqual({ type: 'queue_full' })
    }),
  )

  it(
    'a message that two queued runs bring enters the conversation once',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      for (const runId of ['r-2', 'r-3']) {
        await world.store.runs.start(ALICE, THREAD, asking(runId, { onBusy: 'enqueue', messages: [said('same')] }))
      }
      await world.store.work.end(lease, ending(lease, SUCCEEDED))
      await claimed(world)
      await endLive(world, 'r-2')
      const [third] = await claims(world)
      expect(third?.input.messages.map(({ id }) => id)).toEqual(['r-1-q', 'same'])
      await expectSound(world, THREAD)
    }),
  )

  it(
    'the queues of two threads with the same id are separate (I3, S001-74)',
    inWorld(async (world) => {
      const twin = { ...THREAD, roomId: OTHER_ROOM.roomId }
      await world.running('r-1')
      await enqueue(world, 'r-2')
      await world.store.runs.start(ALICE, twin, asking('r-1'))
      expect(await world.store.runs.queue(ALICE, twin)).toMatchObject({ queue: { order: ['r-1'] } })
      expect(await world.store.runs.edit(ALICE, twin, 'r-2', [said('x')])).toEqual({ type: 'not_found' })
    }),
  )
}
