/** Contract: questions to a person, and the run that brings the answer. */
import type { Interrupt } from '@ag-ui/core'
import type { Outcome } from '@holdfast/core'
import { expect, it } from 'vitest'
import { expectSound } from './invariants.ts'
import { claimed, claims, endLive, enqueue } from './line.ts'
import { ALICE, asking, BOB, ending, type InWorld, SUCCEEDED, THREAD, type World } from './world.ts'

const QUESTION: Interrupt = { id: 'i-1', reason: 'approval' }
const INTERRUPTED: Outcome = { type: 'interrupted', interrupts: [QUESTION, { id: 'i-2', reason: 'approval' }] }
const ANSWERS = [
  { interruptId: 'i-1', status: 'resolved' as const, payload: true },
  { interruptId: 'i-2', status: 'cancelled' as const },
]

async function spanOf({ store }: World, runId: string) {
  const found = await store.runs.get(ALICE, THREAD, runId)
  if (found.type !== 'run') throw new Error(found.type)
  return found.span
}

export function interruptContract(inWorld: InWorld): void {
  it(
    'while questions are open, a start is refused unless it answers all of them',
    inWorld(async (world) => {
      const { runs } = world.store
      await world.ended('r-1', INTERRUPTED)
      expect(await world.store.threads.snapshot(ALICE, THREAD)).toMatchObject({
        thread: { status: 'needs_you' },
        view: { interrupts: [QUESTION, { id: 'i-2' }] },
      })
      const open = { type: 'needs_answer', interruptIds: ['i-1', 'i-2'] }
      expect(await runs.start(ALICE, THREAD, asking('r-2'))).toEqual(open)
      expect(await runs.start(ALICE, THREAD, asking('r-2', { onBusy: 'supersede' }))).toEqual(open)
      expect(await runs.start(ALICE, THREAD, asking('r-2', { resume: ANSWERS.slice(1) }))).toEqual(open)
      const stranger = { interruptId: 'i-9', status: 'resolved' as const }
      expect(await runs.start(ALICE, THREAD, asking('r-2', { resume: [...ANSWERS, stranger] }))).toEqual({
        type: 'interrupt_closed',
      })
      await enqueue(world, 'r-3')
      expect(await claimed(world)).toEqual([])
      await world.reopen()
      const answer = asking('r-4', { messages: [], resume: ANSWERS })
      expect(await world.store.runs.start(BOB, THREAD, answer)).toMatchObject({
        type: 'accepted',
        run: { continues: 'r-1', position: 1 },
      })
      expect(await world.store.runs.start(BOB, THREAD, answer), 'a retry').toMatchObject({ type: 'same' })
      expect(await world.store.runs.start(BOB, THREAD, { ...answer, runId: 'r-5' })).toEqual({
        type: 'interrupt_answered',
      })
      const [claim] = await claims(world)
      expect(claim).toMatchObject({ run: { runId: 'r-4' }, input: { resume: ANSWERS } })
      expect(claim?.run.retryOf).toBeUndefined()
      expect((await world.log()).map(({ event }) => event)).toContainEqual({
        type: 'interrupts.resolved',
        status: 'answered',
        by: 'bob',
        interruptIds: ['i-1', 'i-2'],
      })
      await endLive(world, 'r-4')
      expect(await claimed(world)).toEqual(['r-3'])
      await expectSound(world, THREAD)
    }),
  )

  it(
    'of two devices that answer at once one wins, and the other learns that the question was answered',
    inWorld(async (world) => {
      await world.ended('r-1', INTERRUPTED)
      const answers = ['r-2', 'r-3', 'r-4'].map((runId) =>
        world.store.runs.start(BOB, THREAD, asking(runId, { messages: [], resume: ANSWERS })),
      )
      const types = (await Promise.all(answers)).map(({ type }) => type)
      expect(types.toSorted()).toEqual(['accepted', 'interrupt_answered', 'interrupt_answered'])
      await expectSound(world, THREAD)
    }),
  )

  it(
    'two questions under one id are answered by one answer, and an id that comes again is another question',
    inWorld(async (world) => {
      const twice: Outcome = { type: 'interrupted', interrupts: [QUESTION, { ...QUESTION, reason: 'other' }] }
      const answer = { messages: [], resume: ANSWERS.slice(0, 1) }
      await world.ended('r-1', twice)
      await world.ended('r-2', { type: 'interrupted', interrupts: [QUESTION] }, THREAD, answer)
      expect(await world.store.runs.questions(ALICE, THREAD, ['i-1', 'i-9'])).toEqual({
        type: 'questions',
        questions: [{ interrupt: QUESTION, agentId: 'demo' }],
      })
      expect(await world.store.runs.start(ALICE, THREAD, asking('r-3', answer))).toMatchObject({
        run: { continues: 'r-2' },
      })
      expect(await world.store.runs.questions(ALICE, THREAD, ['i-1'])).toEqual({ type: 'questions', questions: [] })
      expect(await world.store.runs.get(ALICE, THREAD, 'r-1')).toMatchObject({ run: { resolved: 'answered' } })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a start that was cancelled before it came answers no question',
    inWorld(async (world) => {
      await world.ended('r-1', INTERRUPTED)
      await world.store.runs.cancelRun(ALICE, THREAD, 'r-2')
      const answer = asking('r-2', { messages: [], resume: ANSWERS })
      expect(await world.store.runs.start(ALICE, THREAD, answer)).toMatchObject({ run: { status: 'cancelled' } })
      const next = { ...answer, runId: 'r-3', messages: [] }
      expect(await world.store.runs.start(ALICE, THREAD, next)).toMatchObject({ type: 'accepted' })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'S004-C14 S001-C4 cancelling the thread resolves its questions as cancelled and pauses the queue behind them',
    inWorld(async (world) => {
      await world.ended('r-1', INTERRUPTED)
      await enqueue(world, 'r-2')
      expect(await world.store.runs.cancelThread(BOB, THREAD)).toMatchObject({
        type: 'requested',
        run: { runId: 'r-1', status: 'interrupted', resolved: 'cancelled' },
      })
      expect(await world.store.runs.cancelThread(BOB, THREAD)).toEqual({ type: 'already_terminal', status: null })
      await world.reopen()
      expect(await world.store.runs.get(ALICE, THREAD, 'r-1')).toMatchObject({ run: { resolved: 'cancelled' } })
      const late = asking('r-3', { messages: [], resume: ANSWERS })
      expect(await world.store.runs.start(ALICE, THREAD, late)).toEqual({ type: 'interrupt_answered' })
      expect(await claimed(world)).toEqual([])
      expect(await world.store.runs.queue(ALICE, THREAD)).toMatchObject({ queue: { order: ['r-2'], paused: true } })
      expect(await world.store.threads.snapshot(ALICE, THREAD)).toMatchObject({ view: { interrupts: [] } })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a run that answers gets the questions, the answers and all runs that it continues, also after a crash',
    inWorld(async (world) => {
      const asks = (id: string): Outcome => ({
        type: 'interrupted',
        interrupts: [{ id, reason: 'approval', message: id }],
      })
      const answers = (interruptId: string) => ({
        interruptId,
        status: 'resolved' as const,
        payload: { to: interruptId },
      })
      await world.ended('r-0')
      await world.ended('r-1', asks('i-1'))
      const { firstSeq } = await spanOf(world, 'r-1')
      await world.ended('r-2', asks('i-2'), THREAD, { messages: [], resume: [answers('i-1')] })
      await world.reopen()
      await world.store.runs.start(ALICE, THREAD, asking('r-3', { messages: [], resume: [answers('i-2')] }), 'resume')
      const [claim] = await claims(world)
      expect(claim).toMatchObject({
        run: { runId: 'r-3', continues: 'r-2' },
        answers: [{ interrupt: { id: 'i-2', reason: 'approval', message: 'i-2' }, answer: answers('i-2') }],
        continued: { firstSeq, runIds: ['r-1', 'r-2'] },
      })
      expect(claim).not.toHaveProperty('resumed')
      await world.store.work.settleOrphans('all')
      await world.reopen()
      const [again] = await claims(world)
      expect(again).toMatchObject({ answers: claim?.answers, continued: claim?.continued, resumed: { times: 1 } })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a run names the run whose tool results it brings',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      const call = [
        { type: 'TOOL_CALL_START', toolCallId: 'c-1', toolCallName: 'pick' },
        { type: 'TOOL_CALL_END', toolCallId: 'c-1' },
      ]
      await world.store.work.append(
        lease,
        call.map((event) => JSON.stringify(event)),
      )
      await world.store.work.end(lease, ending(lease, SUCCEEDED))
      const result = { id: 'res', role: 'tool' as const, toolCallId: 'c-1', content: 'blue' }
      expect(await world.store.runs.start(ALICE, THREAD, asking('r-2', { messages: [result] }))).toMatchObject({
        run: { continues: 'r-1' },
      })
      const [claim] = await claims(world)
      expect(claim, 'it answers no question').not.toHaveProperty('continued')
      await expectSound(world, THREAD)
    }),
  )
}
