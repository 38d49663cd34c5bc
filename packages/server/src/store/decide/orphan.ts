/** Ending a run whose worker is gone: visibly, with everything it had written, and never twice. */
import { closingEvents, runTerminal } from '@holdfast/core'
import type { CancellingRecord, RunningRecord, RunRecord } from '../run-record.ts'
import type { OrphanFacts, Writes } from './facts.ts'
import { ending } from './lease.ts'

const WORKER_LOST = {
  type: 'failed',
  code: 'worker_lost',
  message: 'The server stopped while this answer was being written. What had arrived is kept; retry to ask again.',
} as const

/** `all`: nobody else can be at work, so every live run is an orphan. */
export function isOrphan(
  run: RunRecord,
  now: number,
  which: 'expired' | 'all',
): run is RunningRecord | CancellingRecord {
  if (run.status !== 'running' && run.status !== 'cancelling') return false
  return which === 'all' || run.leaseUntil <= now
}

export function settleOrphan({ now, thread, run, view }: OrphanFacts): Writes {
  const { threadId, runId } = run
  const outcome = run.status === 'cancelling' ? ({ type: 'cancelled', ...run.cancel } as const) : WORKER_LOST
  const open = view.open.filter((item) => item.runId === runId)
  const events = [...closingEvents(open), runTerminal(outcome, { threadId, runId })]
  return ending({ now, run, thread }, { outcome, events: events.map((event) => JSON.stringify(event)) })
}
