/** Contract: no accepted message of a person is dropped silently. */
import type { Message } from '@ag-ui/core'
import { expect, it } from 'vitest'
import type { StartRequest } from '../run-record.ts'
import { expectSound } from './invariants.ts'
import { claimed, enqueue, enqueued } from './line.ts'
import { ALICE, asking, CANCELLED, ending, type InWorld, SUCCEEDED, said, THREAD, type World } from './world.ts'

const reused = (messageId: string) => ({ type: 'message_id_reused', messageId })

/** Expects a refusal that leaves neither a record nor a run. */
async function expectRefused(world: World, request: StartRequest, messageId: string): Promise<void> {
  const before = await world.log()
  expect(await world.store.runs.start(ALICE, THREAD, request)).toEqual(reused(messageId))
  expect(await world.log()).toEqual(before)
  expect(await world.store.runs.get(ALICE, THREAD, request.runId)).toEqual({ type: 'not_found' })
}

/** The messages of people, as the thread shows them. */
async function wordsIn(world: World): Promise<readonly unknown[]> {
  const snapshot = await world.store.threads.snapshot(ALICE, THREAD)
  if (snapshot.type !== 'snapshot') throw new Error(snapshot.type)
  return snapshot.view.messages.flatMap(({ role, content }) => (role === 'user' ? [content] : []))
}

export function wordsContract(inWorld: InWorld): void {
  it(
    'a message with a taken id and other content is refused in every kind of start, and the same message is accepted again',
    inWorld(async (world) => {
      await world.ended('r-1')
      const other = [said('r-1-q', 'Something else')]
      for (const onBusy of ['reject', 'enqueue', 'supersede'] as const) {
        await expectRefused(world, asking('r-2', { onBusy, messages: other }), 'r-1-q')
      }
      await expectRefused(world, asking('r-2', { messages: [said('new'), ...other] }), 'r-1-q')
      await expectRefused(world, asking('r-2', { messages: [said('new'), said('new', 'twice')] }), 'new')
      const role = { id: 'r-1-q', role: 'system', content: 'text of r-1-q' } as const
      await expectRefused(world, asking('r-2', { messages: [role] }), 'r-1-q')
      const agents = { id: 'r-1-a', role: 'assistant', content: 'Not what it said.' } as const
      await expectRefused(world, asking('r-2', { messages: [agents] }), 'r-1-a')
      // A client that sends its whole history has this one.
      const history: Message[] = [said('r-1-q'), { ...agents, content: 'An answer.' }, said('new'), said('new')]
      expect(await world.store.runs.start(ALICE, THREAD, asking('r-2', { messages: history }))).toMatchObject({
        type: 'accepted',
        run: { parentId: 'new' },
      })
      expect(await world.store.runs.start(ALICE, THREAD, asking('r-2', { messages: history }))).toMatchObject({
        type: 'same',
      })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'messages are compared with those of queued runs, also in an edit of a queued run',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      await enqueue(world, 'r-2')
      await expectRefused(world, enqueued('r-3', { messages: [said('r-2-q', 'Other words')] }), 'r-2-q')
      await enqueue(world, 'r-3')
      const edit = (...messages: Message[]) => world.store.runs.edit(ALICE, THREAD, 'r-3', messages)
      const before = await world.log()
      expect(await edit(said('r-2-q', 'Other words'))).toEqual(reused('r-2-q'))
      expect(await edit(said('r-1-q', 'Other words'))).toEqual(reused('r-1-q'))
      expect(await edit(said('e', 'one'), said('e', 'two'))).toEqual(reused('e'))
      expect(await world.log()).toEqual(before)
      // A run may change its own messages.
      expect(await edit(said('r-3-q', 'Other words'))).toMatchObject({ type: 'run' })
      await world.store.work.end(lease, ending(lease, SUCCEEDED))
      expect(await claimed(world)).toEqual(['r-2'])
      await expectSound(world, THREAD)
    }),
  )

  it(
    'messages are compared with those of a run that answers a question, too',
    inWorld(async (world) => {
      const interrupts = [{ id: 'i-1', reason: 'approval' }]
      await world.ended('r-1', { type: 'interrupted', interrupts })
      const resume = [{ interruptId: 'i-1', status: 'resolved' as const, payload: { approved: true } }]
      await expectRefused(world, asking('r-2', { resume, messages: [said('r-1-q', 'Other words')] }), 'r-1-q')
      expect(await world.store.runs.start(ALICE, THREAD, asking('r-2', { resume }))).toMatchObject({ type: 'accepted' })
    }),
  )

  it.each(['the run', 'the thread, then the run'] as const)(
    'a superseding start that is cancelled while it waits keeps its messages: by a cancel of %s',
    async (what) =>
      inWorld(async (world) => {
        const { lease } = await world.running('r-1')
        await enqueue(world, 'r-2')
        await world.store.runs.start(ALICE, THREAD, asking('r-3', { onBusy: 'supersede' }))
        if (what !== 'the run') await world.store.runs.cancelThread(ALICE, THREAD)
        expect(await world.store.runs.cancelRun(ALICE, THREAD, 'r-3', 'enough')).toMatchObject({
          run: { status: 'cancelled', parentId: 'r-3-q' },
        })
        expect(await wordsIn(world)).toEqual(['text of r-1-q', 'text of r-3-q'])
        const end = what === 'the run' ? ({ type: 'superseded', by: 'r-3' } as const) : CANCELLED
        expect(await world.store.work.end(lease, ending(lease, end))).toEqual({ type: 'ended' })
        await world.reopen()
        expect(await wordsIn(world)).toEqual(['text of r-1-q', 'text of r-3-q'])
        const found = await world.store.threads.list(ALICE, THREAD.roomId, { limit: 10, q: 'r-3-q' })
        expect(found).toMatchObject({ items: [{ threadId: THREAD.threadId }] })
        // As after any other stop, the queued runs are not lost and wait.
        expect(await claimed(world)).toEqual([])
        expect(await world.store.runs.queue(ALICE, THREAD)).toMatchObject({ queue: { order: ['r-2'], paused: true } })
        await expectSound(world, THREAD)
      })(),
  )

  it(
    'the messages of a “send now” that is cancelled before its turn are kept; those of a run that only waited are not',
    inWorld(async (world) => {
      await world.running('r-1')
      await enqueue(world, 'r-2', 'r-3')
      await world.store.runs.changeQueue(ALICE, THREAD, { order: ['r-3'], supersede: true })
      await world.store.runs.cancelRun(ALICE, THREAD, 'r-3')
      await world.store.runs.cancelRun(ALICE, THREAD, 'r-2')
      expect(await wordsIn(world)).toEqual(['text of r-1-q', 'text of r-3-q'])
      await expectSound(world, THREAD)
    }),
  )
}
