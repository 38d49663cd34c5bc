/**
 * The questions that a run asked when it ended as interrupted, read off a thread's view: which are open, until when, and
 * why one can no longer be answered. Does not know: who answers, how an answer is written.
 */
import type { Interrupt } from '@ag-ui/core'
import { type EndedRun, isEnded, type Run } from '../lifecycle/run.ts'
import type { ThreadView } from '../thread/thread-view.ts'

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
