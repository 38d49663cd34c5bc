/**
 * What happens to a run that has lost its worker. It ends once, visibly, with everything that it had written. If its
 * agent declared it, the run is restarted as a new run, or resumed.
 *
 * Invariants: the old worker can write nothing from here on (I12); a run that crashes its server does so a bounded
 * number of times.
 */
import { closingEvents, runTerminal } from '@holdfast/core'
import {
  type CancellingRecord,
  type QueuedRecord,
  type RunningRecord,
  type RunRecord,
  stopOutcome,
} from '../run-record.ts'
import { runOf } from '../tenant-thread.ts'
import type { Known, ThreadRow, Writes } from './facts.ts'
import { ending } from './lease.ts'
import { raisedBy } from './person-notices.ts'
import { goesFirst, pauseQueue } from './queue.ts'
import { controlRecord } from './records.ts'
import { needing, type Part, type Several, several } from './step.ts'
import { toRun } from './to-run.ts'

/** How often one run is resumed unless the caller says otherwise: a run that crashes every server must end. */
export const MAX_RESUMES = 3

const WORKER_LOST = {
  type: 'failed',
  code: 'worker_lost',
  message: 'The server stopped while this answer was being written. What had arrived is kept. Retry to ask again.',
} as const

const ASKED_AGAIN = {
  type: 'failed',
  code: 'worker_lost',
  message: 'The server stopped while this answer was being written. What had arrived is kept; it is being asked again.',
} as const

type Live = RunningRecord | CancellingRecord

/** `all`: no other server can be running, so every live run is an orphan. Answers how many were settled. */
export function decideSettle(
  { now, live }: Known<'live'>,
  which: 'expired' | 'all',
  maxResumes = MAX_RESUMES,
): Several<number> {
  const settlement = (run: Live): Part<number> => ({
    subject: runOf(run.owner, run, run.runId),
    ...needing(['thread', 'view', 'audience'], ({ thread, view, audience }) =>
      thread ? { answer: 1, writes: settleOrphan({ now, thread, run, view, audience }, maxResumes) } : { answer: 0 },
    ),
  })
  const orphans = live.filter(({ run }) => isOrphan(run, now, which))
  return several(
    orphans.map(({ run }) => settlement(run)),
    (settled: readonly number[]) => settled.reduce((sum, one) => sum + one, 0),
  )
}

function isOrphan(run: Live, now: number, which: 'expired' | 'all'): boolean {
  if (waitsForWorker(run)) return false
  return which === 'all' || run.leaseUntil <= now
}

/** True for a run whose worker is known to be gone and which another worker is to resume. */
export function waitsForWorker(run: RunRecord): run is RunningRecord {
  return run.status === 'running' && run.workerId === null
}

interface OrphanFacts extends Known<'view' | 'audience'> {
  readonly thread: ThreadRow
  readonly run: Live
}

function settleOrphan(facts: OrphanFacts, maxResumes: number): readonly Writes[] {
  const { now, thread, view, run } = facts
  if (run.status === 'cancelling') return [endOrphan(facts, stopOutcome(run.cancel))]
  if (run.afterCrash === 'resume' && (run.released || (run.resumed ?? 0) < maxResumes)) {
    const { roomId, threadId, runId } = run
    const waiting: RunningRecord = { ...run, workerId: null, epoch: run.epoch + 1, leaseUntil: now }
    return [{ key: { roomId, threadId }, log: [], run: waiting, notices: [{ type: 'run.queued', runId }] }]
  }
  const again = run.afterCrash === 'restart' ? restart(facts) : undefined
  return again
    ? [failOrphan(facts, ASKED_AGAIN), again]
    : [failOrphan(facts, WORKER_LOST), ...pauseQueue(view, 'failure', thread, now)]
}

function failOrphan(facts: OrphanFacts, outcome: typeof WORKER_LOST | typeof ASKED_AGAIN): Writes {
  const { now, run, audience } = facts
  const of = runOf(run.owner, run, run.runId)
  return { ...endOrphan(facts, outcome), raised: raisedBy({ run: of, outcome, attendedBy: [], now }, audience) }
}

/** Ends a run that no worker executes. */
export function endOrphan(
  { now, thread, run, view }: Known<'view'> & { readonly thread: ThreadRow | undefined; readonly run: Live },
  outcome: Parameters<typeof runTerminal>[0],
): Writes {
  const { threadId, runId } = run
  const open = view.open.filter((item) => item.runId === runId)
  const events = [...closingEvents(open, outcome), runTerminal(outcome, { threadId, runId })]
  return ending({ now, run, thread }, { outcome, events: events.map((event) => JSON.stringify(event)) })
}

/**
 * The same question as a new run, as a manual retry would ask it. `afterCrash` is not passed on: a run that crashes its
 * server does so at most twice, and then a person decides.
 */
function restart({ now, thread, run, view }: OrphanFacts): Writes | undefined {
  const { roomId, threadId, owner, parentId, request } = run
  if (parentId === undefined) return undefined
  const { resume: _, ...asked } = request
  const runId = freshId(run.runId, new Set(view.runs.map((known) => known.runId)))
  const queued: QueuedRecord = {
    roomId,
    threadId,
    runId,
    owner,
    request: { ...asked, runId, messages: [], parentId, onBusy: 'reject' },
    parentId,
    retryOf: run.runId,
    acceptedAt: now,
    status: 'queued',
  }
  return {
    key: { roomId, threadId },
    thread: { ...thread, updatedAt: now },
    log: [controlRecord(runId, { type: 'run.accepted', run: toRun(queued) }), ...goesFirst(view, runId)],
    run: queued,
    notices: [{ type: 'run.queued', runId }],
  }
}

/** Ids are at most 128 characters (docs/PROTOCOL.md, Conventions). */
function freshId(runId: string, taken: ReadonlySet<string>): string {
  for (let n = 1; ; n++) {
    const suffix = n === 1 ? '.again' : `.again-${n}`
    const id = `${runId.slice(0, 128 - suffix.length)}${suffix}`
    if (!taken.has(id)) return id
  }
}
