/**
 * What the holder of a lease may do: append, renew, end. Under an older epoch, or once the run has ended, all of these
 * are refused (I2, I6, I12).
 */
import { raisesUnread } from '@holdfast/core'
import type { Listener } from '../notice-row.ts'
import type { Lease, LeaseState, RunEnd, RunWork } from '../port.ts'
import { type CancellingRecord, type EndedRecord, type RunningRecord, stopOutcome } from '../run-record.ts'
import type { Facts, Known, ThreadRow, Writes } from './facts.ts'
import { raisedBy } from './person-notices.ts'
import { pauseQueue, resumeQueue } from './queue.ts'
import { aguiJson, controlRecord } from './records.ts'
import { type Decision, type Need, needing, type Part, type Several, several } from './step.ts'

const RUNNING: LeaseState = { type: 'running' }

type EndAnswer = Awaited<ReturnType<RunWork['end']>>

export function decideAppend(
  { held: run }: Known<'held'>,
  lease: Lease,
  events: readonly string[],
): Decision<LeaseState> {
  const held = heldRun(run, lease)
  if (!held) return { answer: { type: 'lost' } }
  const answer = stateOf(held)
  if (events.length === 0) return { answer }
  return { answer, writes: { key: keyOf(held), log: events.map((json) => aguiJson(held.runId, json)), notices: [] } }
}

export function decideRenew(leases: readonly Lease[], leaseMs: number): Several<readonly LeaseState[]> {
  const renewal = (lease: Lease): Part<LeaseState> => ({
    subject: lease,
    ...needing(['held'], (facts) => renew(facts, lease, leaseMs)),
  })
  return several(leases.map(renewal), (states: readonly LeaseState[]) => states)
}

function renew({ now, held }: Known<'held'>, lease: Lease, leaseMs: number): Decision<LeaseState> {
  const run = heldRun(held, lease)
  if (!run) return { answer: { type: 'lost' } }
  const { released: _, ...kept } = run
  const renewed = { ...kept, leaseUntil: now + leaseMs, ...(leaseMs === 0 && { released: true as const }) }
  return { answer: stateOf(run), writes: { key: keyOf(run), log: [], run: renewed, notices: [] } }
}

export function decideEnd(
  { now, held: run, thread }: Known<'held' | 'thread'>,
  lease: Lease,
  end: RunEnd,
): Decision<EndAnswer> | Need<Decision<EndAnswer>> {
  const held = heldRun(run, lease)
  if (!held) return { answer: { type: 'lost' } }
  if (held.status === 'cancelling' && end.outcome.type !== stopOutcome(held.cancel).type) {
    return { answer: { type: 'cancelling', cancel: held.cancel } }
  }
  const { outcome, attendedBy = [] } = end
  const ended = ending({ now, run: held, thread }, end)
  const then = (audience: readonly Listener[], more: readonly Writes[] = []): Decision<EndAnswer> => ({
    answer: { type: 'ended' },
    writes: [{ ...ended, raised: raisedBy({ run: lease, outcome, attendedBy, now }, audience) }, ...more],
  })
  // Only these two outcomes can affect the queue behind the run.
  if (outcome.type === 'failed') {
    return needing(['view', 'audience'], ({ view, audience }) =>
      then(audience, pauseQueue(view, 'failure', thread, now)),
    )
  }
  if (outcome.type === 'succeeded' && held.request.onBusy === 'supersede') {
    return needing(['view', 'audience'], ({ view, audience }) =>
      then(audience, resumeQueue(view, thread && { ...thread, updatedAt: now })),
    )
  }
  return raisesUnread(outcome.type) ? needing(['audience'], ({ audience }) => then(audience)) : then([])
}

/** The last writes of a live run: its closing events, run.ended directly after them, the row. */
export function ending(
  {
    now,
    run,
    thread,
  }: {
    readonly now: number
    readonly run: RunningRecord | CancellingRecord
    readonly thread: ThreadRow | undefined
  },
  { events, outcome, usage }: RunEnd,
): Writes {
  return {
    key: keyOf(run),
    ...(thread && { thread: { ...thread, updatedAt: now } }),
    log: [...events.map((json) => aguiJson(run.runId, json)), controlRecord(run.runId, { type: 'run.ended', outcome })],
    run: endedRecord(run, {
      outcome,
      endedAt: now,
      startedAt: run.startedAt,
      ...(usage && usage.length > 0 && { usage }),
    }),
    notices: [{ type: 'run.ended', runId: run.runId }],
  }
}

/** The record of an ended run. It keeps nothing of the lease. */
export function endedRecord(
  {
    roomId,
    threadId,
    runId,
    owner,
    request,
    parentId,
    retryOf,
    continues,
    acceptedAt,
    resumed,
  }: Omit<RunningRecord, 'status' | 'workerId' | 'epoch' | 'leaseUntil' | 'startedAt'>,
  end: Pick<EndedRecord, 'outcome' | 'startedAt' | 'endedAt' | 'usage'>,
): EndedRecord {
  return {
    roomId,
    threadId,
    runId,
    owner,
    request,
    ...(parentId !== undefined && { parentId }),
    ...(retryOf !== undefined && { retryOf }),
    ...(continues !== undefined && { continues }),
    acceptedAt,
    ...(resumed !== undefined && { resumed }),
    status: end.outcome.type,
    ...end,
  }
}

function heldRun(run: Facts['held'], lease: Lease): RunningRecord | CancellingRecord | undefined {
  if (run?.status !== 'running' && run?.status !== 'cancelling') return undefined
  return run.epoch === lease.epoch ? run : undefined
}

function stateOf(run: RunningRecord | CancellingRecord): LeaseState {
  if (run.status === 'cancelling') return { type: 'cancelling', cancel: run.cancel }
  return run.stoppedChildren ? { type: 'running', stoppedChildren: run.stoppedChildren } : RUNNING
}

function keyOf({ roomId, threadId }: RunningRecord | CancellingRecord) {
  return { roomId, threadId }
}
