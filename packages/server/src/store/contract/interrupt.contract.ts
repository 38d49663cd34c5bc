/** Contract: questions to a person, and the run that brings the answer. */
import type { Interrupt } from '@ag-ui/core'
import type { Outcome } from '@holdfast/core'
import { expect, it } from 'vitest'
import { expectSound } from './invariants.ts'
import { claimed, claims, endLive, enqueue } from './line.ts'
import { ALICE, asking, BOB, ending, type InWorld, SUCCEEDED, THREAD } from './world.ts'

const QUESTION: Interrupt = { id: 'i-1', reason: 'approval' }
const INTERRUPTED: Outcome = { type: 'interrupted', interrupts: [QUESTION, { id: 'i-2', reason: 'approval' }] }
const ANSWERS = [
  { interruptId: 'i-1', status: 'resolved' as const, payload: true },
  { interruptId: 'i-2', status: 'cancelled' as const },
]

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
      expect(await world.store.runs.start(BOB, THREAD, { ...answer, runId: 'r-5' })).toEqual({
        type: 'interrupt_closed',
      })
      const [claim] = await claims(world)
      expect(claim).toMatchObject({ run: { runId: 'r-4' }, input: { resume: ANSWERS } })
      expect(claim?.run.retryOf).toBeUndefined()
      expect((await world.log()).map(({ event }) => event)).toContainEqual({
        type: 'interrupts.resolved',
        by: 'bob',
        interruptIds: ['i-1', 'i-2'],
      })
      await endLive(world, 'r-4')
      expect(await claimed(world)).toEqual(['r-3'])
      await expectSound(world, THREAD)
    }),
  )

  it(
    'cancelling the thread withdraws open questions and pauses the queue behind them',
    inWorld(async (world) => {
      await world.ended('r-1', INTERRUPTED)
      await enqueue(world, 'r-2')
      expect(await world.store.runs.cancelThread(BOB, THREAD)).toMatchObject({
        type: 'requested',
        run: { runId: 'r-1', status: 'interrupted' },
      })
      expect(await world.store.runs.cancelThread(BOB, THREAD)).toEqual({ type: 'already_terminal', status: null })
      expect(await claimed(world)).toEqual([])
      expect(await world.store.runs.queue(ALICE, THREAD)).toMatchObject({ queue: { order: ['r-2'], paused: true } })
      expect(await world.store.threads.snapshot(ALICE, THREAD)).toMatchObject({ view: { interrupts: [] } })
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
      await expectSound(world, THREAD)
    }),
  )
}
