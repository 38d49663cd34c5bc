/**
 * The questions that a run asked when it ended as interrupted. They are resolved once, all together: answered by the run
 * that continues it, cancelled by a stop, or expired.
 */
import { openRun, type Resolution, type ThreadKey, type ThreadView } from '@holdfast/core'
import type { Absent, Question, Questions } from '../port.ts'
import type { Principal } from '../principal.ts'
import type { Known, LogRecord, ThreadRow, Writes } from './facts.ts'
import { controlRecord } from './records.ts'
import { type Decision, type Need, needing } from './step.ts'
import { NOT_FOUND, threadAbsence } from './visible.ts'

/** Resolves all open questions. `runId`: the run that answers them. */
export function resolution(
  view: Pick<ThreadView, 'runs' | 'interrupts'>,
  how: Resolution,
  by: string,
  runId?: string,
): { readonly log: readonly LogRecord[] } & Pick<Writes, 'resolved'> {
  const asked = openRun(view)
  const interruptIds = view.interrupts.map(({ id }) => id)
  return {
    log: [controlRecord(runId, { type: 'interrupts.resolved', status: how, by, interruptIds })],
    ...(asked && { resolved: { runId: asked.runId, how } }),
  }
}

/** Resolves all open questions without a run that goes on. */
export function closeQuestions(
  view: Pick<ThreadView, 'runs' | 'interrupts'>,
  how: Resolution,
  by: string,
  thread: ThreadRow,
  now: number,
): Writes {
  const { roomId, threadId } = thread
  return { key: { roomId, threadId }, thread: { ...thread, updatedAt: now }, ...resolution(view, how, by), notices: [] }
}

/** The open questions among these. */
export function decideQuestions(
  { room, thread }: Known<'room' | 'thread'>,
  principal: Principal,
  _key: ThreadKey,
  interruptIds: readonly string[],
): Decision<Questions | Absent> | Need<Decision<Questions | Absent>> {
  const absent = threadAbsence(room, thread, principal)
  if (absent || !thread) return { answer: absent ?? NOT_FOUND }
  return needing(['view'], ({ view }) => {
    const agentId = openRun(view)?.agentId
    const questions = view.interrupts.flatMap((interrupt): Question[] =>
      agentId !== undefined && interruptIds.includes(interrupt.id) ? [{ interrupt, agentId }] : [],
    )
    return { answer: { type: 'questions', questions } }
  })
}
