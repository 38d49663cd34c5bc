/**
 * The questions that a run asked when it ended as interrupted. They are resolved once, all together: answered by the run
 * that continues it, cancelled by a stop, or expired.
 */
import type { Interrupt } from '@ag-ui/core'
import { type EndedRun, isEnded, type Resolution, type Run, type ThreadKey, type ThreadView } from '@holdfast/core'
import type { Absent, Question, Questions } from '../port.ts'
import type { Principal } from '../principal.ts'
import type { Known, LogRecord, ThreadRow, Writes } from './facts.ts'
import { controlRecord } from './records.ts'
import { type Decision, type Need, needing } from './step.ts'
import { NOT_FOUND, threadAbsence } from './visible.ts'

/** The questions that a run asked. */
export function askedBy(run: Run): readonly Interrupt[] {
  return isEnded(run) && run.outcome.type === 'interrupted' ? run.outcome.interrupts : []
}

/** The run whose questions are open. */
export function openRun({ runs, interrupts }: Pick<ThreadView, 'runs' | 'interrupts'>): EndedRun | undefined {
  if (interrupts.length === 0) return undefined
  const open = new Set(interrupts.map(({ id }) => id))
  return runs.findLast(
    (run): run is EndedRun => isEnded(run) && run.resolved === undefined && askedBy(run).some(({ id }) => open.has(id)),
  )
}

/** ISO 8601 with a zone: an agent may send any text, and `Date.parse` reads some texts as local time. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/

/**
 * When the open questions expire, in milliseconds since the epoch: the earliest of their times, because they are
 * resolved together. null: never. A time that cannot be read is ignored.
 */
export function expiryOf({ interrupts }: Pick<ThreadView, 'interrupts'>): number | null {
  const times = interrupts.flatMap(({ expiresAt }) =>
    expiresAt !== undefined && TIME.test(expiresAt) ? Date.parse(expiresAt) : [],
  )
  const known = times.filter(Number.isFinite)
  return known.length === 0 ? null : Math.min(...known)
}

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

/** Why these questions cannot be answered (any more); undefined if all of them are open. */
export function whyClosed(
  view: ThreadView,
  interruptIds: Iterable<string>,
  now: number,
): 'interrupt_closed' | 'interrupt_answered' | 'interrupt_expired' | undefined {
  const expiry = expiryOf(view)
  for (const id of interruptIds) {
    if (view.interrupts.some((open) => open.id === id)) {
      if (expiry !== null && expiry <= now) return 'interrupt_expired'
      continue
    }
    const asked = view.runs.findLast((run) => askedBy(run).some((interrupt) => interrupt.id === id))
    if (!asked) return 'interrupt_closed'
    return 'resolved' in asked && asked.resolved === 'expired' ? 'interrupt_expired' : 'interrupt_answered'
  }
  return undefined
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
