/**
 * What the holder of a lease may write: append, renew, end. Under an older epoch, or once the run has ended, nothing
 * (I2, I6, I12).
 */
import type { Lease, LeaseState, RunEnd, RunWork } from '../port.ts'
import { type CancellingRecord, type EndedRecord, type RunningRecord, stopOutcome } from '../run-record.ts'
import type { Decision, EndFacts, LeaseFacts, Writes } from './facts.ts'
import { pauseQueue, resumeQueue } from './queue.ts'
import { aguiJson, controlRecord } from './records.ts'

type EndAnswer = Awaited<ReturnType<RunWork['end']>>

export function decideAppend({ run }: LeaseFacts, lease: Lease, events: readonly string[]): Decision<LeaseState> {
  const held = heldRun(run, lease)
  if (!held) return { answer: { type: 'lost' } }
  const answer = stateOf(held)
  if (events.length === 0) return { answer }
  return { answer, writes: { key: keyOf(held), log: events.map((json) => aguiJson(held.runId, json)), notices: [] } }
}

export function decideRenew({ now, run }: LeaseFacts, lease: Lease, leaseMs: number): Decision<LeaseState> {
  const held = heldRun(run, lease)
  if (!held) return { answer: { type: 'lost' } }
  return {
    answer: stateOf(held),
    writes: { key: keyOf(held), log: [], run: { ...held, leaseUntil: now + leaseMs }, notices: [] },
  }
}

export function decideEnd(facts: EndFacts, lease: Lease, end: RunEnd): Decision<EndAnswer> {
  const { now, run, thread } = facts
  const held = heldRun(run, lease)
  if (!held) return { answer: { type: 'lost' } }
  if (held.status === 'cancelling' && end.outcome.type !== stopOutcome(held.cancel).type) {
    return { answer: { type: 'cancelling', cancel: held.cancel } }
  }
  const ended = ending({ now, run: held, thread }, end)
  return { answer: { type: 'ended' }, writes: [ended, ...whatWaits(facts, held, end)] }
}

/** What the end means for the queue behind it. The view is looked at only where it may mean something. */
function whatWaits(facts: EndFacts, { request }: RunningRecord | CancellingRecord, { outcome }: RunEnd) {
  const { now, thread } = facts
  if (outcome.type === 'failed') return pauseQueue(facts.view, 'failure', thread, now)
  if (outcome.type !== 'succeeded' || request.onBusy !== 'supersede') return []
  return resumeQueue(facts.view, thread && { ...thread, updatedAt: now })
}

/** The last writes of a live run: its closing events, run.ended right behind them, the row. */
export function ending(
  {
    now,
    run,
    thread,
  }: { readonly now: number; readonly run: RunningRecord | CancellingRecord } & Pick<EndFacts, 'thread'>,
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

/** The record of an ended run: nothing of the lease outlives it. */
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
    status: end.outcome.type,
    ...end,
  }
}

function heldRun(run: LeaseFacts['run'], lease: Lease): RunningRecord | CancellingRecord | undefined {
  if (run?.status !== 'running' && run?.status !== 'cancelling') return undefined
  return run.epoch === lease.epoch ? run : undefined
}

function stateOf(run: RunningRecord | CancellingRecord): LeaseState {
  return run.status === 'running' ? { type: 'running' } : { type: 'cancelling', cancel: run.cancel }
}

function keyOf({ roomId, threadId }: RunningRecord | CancellingRecord) {
  return { roomId, threadId }
}
