/** Contract: accepting runs. */
import { expect, it } from 'vitest'
import { expectSound } from './invariants.ts'
import { ALICE, ALICES_THREAD, asking, BOB, FAILED, type InWorld, OTHER_ROOM, said, THREAD, typesOf } from './world.ts'

export function startContract(inWorld: InWorld): void {
  it(
    'a retried start that named no agent gets the same run, even if the room has another agent by then (I9)',
    inWorld(async ({ store }) => {
      const request = asking('r-1', { agentFrom: 'room' })
      await store.runs.start(ALICE, THREAD, request)
      expect(await store.runs.start(ALICE, THREAD, { ...request, agentId: 'other' })).toMatchObject({
        type: 'same',
        run: { agentId: 'demo' },
      })
      expect(await store.runs.start(ALICE, THREAD, asking('r-1'))).toMatchObject({ type: 'same' })
      expect(await store.runs.start(ALICE, THREAD, asking('r-1', { agentId: 'other' }))).toEqual({
        type: 'run_id_reused',
      })
    }),
  )

  it(
    'message, run and a new thread become durable at once',
    inWorld(async (world) => {
      const { store } = world
      const answer = await store.runs.start(ALICE, THREAD, asking('r-1'))
      expect(answer).toMatchObject({
        type: 'accepted',
        run: { runId: 'r-1', status: 'queued', agentId: 'demo', parentId: 'r-1-q' },
      })
      const snapshot = await store.threads.snapshot(BOB, THREAD)
      expect(snapshot).toMatchObject({
        type: 'snapshot',
        thread: { title: 'text of r-1-q', status: 'queued', lastSeq: 1 },
        view: { messages: [], queue: [{ run: { runId: 'r-1' }, messages: [said('r-1-q')] }] },
      })
      expect(world.notices).toContainEqual({ type: 'run.queued', key: ALICES_THREAD, runId: 'r-1' })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a retried start gets the same run, in its current state, and writes nothing (I9)',
    inWorld(async (world) => {
      const { store } = world
      const request = asking('r-1', { forwardedProps: { a: 1, b: [2] }, state: { deep: { x: 1 } } })
      const first = await store.runs.start(ALICE, THREAD, request)
      expect(first).toMatchObject({ type: 'accepted' })
      const again = { ...request, forwardedProps: { b: [2], a: 1 } }
      expect(await store.runs.start(ALICE, THREAD, again)).toEqual({ ...first, type: 'same' })
      const [claim] = await store.work.claim({ workerId: 'w', limit: 1, leaseMs: 1_000 })
      expect(await store.runs.start(ALICE, THREAD, request)).toEqual({ type: 'same', run: claim?.run })
      expect(typesOf(await world.log())).toEqual(['run.accepted', 'run.status', 'RUN_STARTED'])
    }),
  )

  it(
    'the same id with any field changed is refused and leaves nothing behind',
    inWorld(async (world) => {
      const { store } = world
      const request = asking('r-1')
      await store.runs.start(ALICE, THREAD, request)
      const others = [
        { ...request, messages: [said('r-1-q', 'other words')] },
        { ...request, messages: [...request.messages, said('more')] },
        { ...request, agentId: 'other' },
        { ...request, parentId: 'r-1-q' },
        { ...request, onBusy: 'enqueue' as const },
        { ...request, context: [{ description: 'd', value: 'v' }] },
        { ...request, state: null },
        { ...request, forwardedProps: {} },
      ]
      for (const other of others) {
        expect(await store.runs.start(ALICE, THREAD, other)).toEqual({ type: 'run_id_reused' })
      }
      expect(await world.log()).toHaveLength(1)
    }),
  )

  it(
    'the same run id in another thread is another run',
    inWorld(async ({ store }) => {
      const elsewhere = { roomId: OTHER_ROOM.roomId, threadId: THREAD.threadId }
      expect(await store.runs.start(ALICE, THREAD, asking('r-1'))).toMatchObject({ type: 'accepted' })
      expect(await store.runs.start(ALICE, elsewhere, asking('r-1'))).toMatchObject({ type: 'accepted' })
    }),
  )

  it(
    'a second run is refused while one is queued, running or cancelling, and the answer names it (I1)',
    inWorld(async (world) => {
      const { store } = world
      const busy = async () => {
        const before = (await world.log()).length
        const answer = await store.runs.start(ALICE, THREAD, asking('r-2'))
        expect(answer).toEqual({ type: 'run_active', runId: 'r-1' })
        expect(await world.log()).toHaveLength(before)
        expect(await store.runs.get(ALICE, THREAD, 'r-2')).toEqual({ type: 'not_found' })
      }
      await store.runs.start(ALICE, THREAD, asking('r-1'))
      await busy()
      await store.work.claim({ workerId: 'w', limit: 1, leaseMs: 1_000 })
      await busy()
      await store.runs.cancelThread(ALICE, THREAD)
      await busy()
      await store.work.settleOrphans('all')
      expect(await store.runs.start(ALICE, THREAD, asking('r-2'))).toMatchObject({ type: 'accepted' })
    }),
  )

  it(
    'a start adds only the messages that the thread does not hold, each once',
    inWorld(async (world) => {
      const { store } = world
      await world.ended('r-1')
      const messages = [said('r-1-q'), said('new-1'), said('new-2'), said('new-1')]
      const answer = await store.runs.start(ALICE, THREAD, asking('r-2', { messages }))
      expect(answer).toMatchObject({ run: { parentId: 'new-2' } })
      await store.work.claim({ workerId: 'w', limit: 1, leaseMs: 1_000 })
      const snapshot = await store.threads.snapshot(ALICE, THREAD)
      expect(snapshot).toMatchObject({
        view: {
          messages: [
            { id: 'r-1-q', content: 'text of r-1-q', parentId: null },
            { id: 'r-1-a', parentId: 'r-1-q', runId: 'r-1' },
            { id: 'new-1', content: 'text of new-1', parentId: 'r-1-a' },
            { id: 'new-2', parentId: 'new-1' },
          ],
        },
      })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a new message is attached to the requested parent, as a sibling of its present children',
    inWorld(async (world) => {
      const { store } = world
      await world.ended('r-1')
      await world.ended('r-2')
      const request = asking('r-3', { parentId: 'r-1-a' })
      expect(await store.runs.start(ALICE, THREAD, request)).toMatchObject({ run: { parentId: 'r-3-q' } })
      const [claim] = await store.work.claim({ workerId: 'w', limit: 1, leaseMs: 1_000 })
      expect(claim?.input.messages.map((message) => message.id)).toEqual(['r-1-q', 'r-1-a', 'r-3-q'])
      expect(await store.threads.snapshot(ALICE, THREAD)).toMatchObject({
        view: { messages: expect.arrayContaining([{ ...said('r-3-q'), parentId: 'r-1-a' }]) },
      })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a start with parentId null adds another first message beside the present one',
    inWorld(async (world) => {
      const { store } = world
      await world.ended('r-1')
      await store.runs.start(ALICE, THREAD, asking('r-2', { parentId: null }))
      const [claim] = await store.work.claim({ workerId: 'w', limit: 1, leaseMs: 1_000 })
      expect(claim?.input.messages.map((message) => message.id)).toEqual(['r-2-q'])
      expect(await store.threads.snapshot(ALICE, THREAD)).toMatchObject({
        view: { messages: expect.arrayContaining([{ ...said('r-2-q'), parentId: null }]) },
      })
      const nothing = asking('r-3', { parentId: null, messages: [], onBusy: 'enqueue' })
      expect(await store.runs.start(ALICE, THREAD, nothing)).toEqual({ type: 'nothing_to_answer' })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a start that answers the same message again is a retry of the newest run that did',
    inWorld(async (world) => {
      const { store } = world
      await world.ended('r-1', FAILED)
      const byParent = asking('r-2', { messages: [], parentId: 'r-1-q' })
      expect(await store.runs.start(ALICE, THREAD, byParent)).toMatchObject({
        run: { parentId: 'r-1-q', retryOf: 'r-1' },
      })
      const [claim] = await store.work.claim({ workerId: 'w', limit: 1, leaseMs: 1_000 })
      expect(claim?.input.messages.map((message) => message.id)).toEqual(['r-1-q'])
      await store.work.settleOrphans('all')
      const byMessage = asking('r-3', { messages: [said('r-1-q')] })
      expect(await store.runs.start(ALICE, THREAD, byMessage)).toMatchObject({
        run: { parentId: 'r-1-q', retryOf: 'r-2' },
      })
      const [third] = await store.work.claim({ workerId: 'w', limit: 1, leaseMs: 1_000 })
      expect(third?.input.messages.map((message) => message.id)).toEqual(['r-1-q'])
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a run that brings new messages is no retry',
    inWorld(async (world) => {
      await world.ended('r-1')
      await world.ended('r-2', FAILED, THREAD, { messages: [], parentId: 'r-1-a' })
      const answer = await world.store.runs.start(ALICE, THREAD, asking('r-3', { parentId: 'r-1-a' }))
      expect(answer).toMatchObject({ type: 'accepted' })
      expect(answer).not.toHaveProperty('run.retryOf')
    }),
  )

  it(
    'without a parentId, the newest leaf is the parent',
    inWorld(async (world) => {
      await world.ended('r-1')
      const answer = await world.store.runs.start(ALICE, THREAD, asking('r-2', { messages: [] }))
      expect(answer).toMatchObject({ type: 'accepted', run: { parentId: 'r-1-a' } })
      expect(answer).not.toHaveProperty('run.retryOf')
      const [claim] = await world.store.work.claim({ workerId: 'w', limit: 1, leaseMs: 1_000 })
      expect(claim?.input.messages.map((message) => message.id)).toEqual(['r-1-q', 'r-1-a'])
    }),
  )

  it(
    'an unknown parent, and a start with nothing to answer, are refused; neither creates a thread',
    inWorld(async ({ store }) => {
      const strange = asking('r-1', { parentId: 'nobody-said-this' })
      expect(await store.runs.start(ALICE, THREAD, strange)).toEqual({ type: 'unknown_parent' })
      const empty = asking('r-1', { messages: [] })
      expect(await store.runs.start(ALICE, THREAD, empty)).toEqual({ type: 'nothing_to_answer' })
      expect(await store.threads.snapshot(ALICE, THREAD)).toEqual({ type: 'not_found' })
      expect(await store.runs.start(ALICE, THREAD, asking('r-1'))).toMatchObject({ type: 'accepted' })
    }),
  )
}
