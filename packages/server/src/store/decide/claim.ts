/**
 * Claiming runs under a lease. The claim fixes a queued run's history: the path to the message that its own messages
 * reply to, then those messages. A run that lost its worker keeps that history.
 */
import type { Message, RunAgentInput } from '@ag-ui/core'
import { historyTo, openingNow, type ThreadView, wordsOf } from '@holdfast/core'
import type { Chain, Claim, RunWork } from '../port.ts'
import type { QueuedRecord, RunningRecord } from '../run-record.ts'
import { runOf } from '../tenant-thread.ts'
import { answersOf } from './chain.ts'
import type { Known, Subject, ThreadRow } from './facts.ts'
import { openedAs, startedRecord } from './opening.ts'
import { waitsForWorker } from './orphan.ts'
import { withPlaces } from './places.ts'
import { controlRecord } from './records.ts'
import { type Decision, needing, type Part, type Several, several } from './step.ts'
import { toRun } from './to-run.ts'

/** A queued run has never been claimed. One that lost its worker got a higher epoch when that became known. */
const FIRST_EPOCH = 1

type ClaimRequest = Parameters<RunWork['claim']>[0]
type ClaimPart = Part<Claim | undefined>
type Worker = Pick<ClaimRequest, 'workerId' | 'leaseMs'>

/** Runs that wait for another worker come first, then the queued runs that may start. */
export function decideClaims(
  { live, waiting }: Known<'live' | 'waiting'>,
  { limit, caps = {}, ...worker }: ClaimRequest,
): Several<readonly Claim[]> {
  const takeovers = live
    .flatMap(({ run, firstSeq }) => (waitsForWorker(run) ? [{ run, firstSeq }] : []))
    .slice(0, limit)
  const busy = live.map(({ run }) => ({ owner: run.owner, agentId: run.request.agentId }))
  const next = withPlaces(waiting, busy, caps, limit - takeovers.length)
  return several(
    [...takeovers.map((one) => takeover(one, worker)), ...next.map((one) => claim(one, worker))],
    (claims: readonly (Claim | undefined)[]) => claims.filter((one) => one !== undefined),
  )
}

function claim(subject: Subject, worker: Worker): ClaimPart {
  return {
    subject,
    ...needing(['thread', 'run', 'view', 'chain'], ({ now, thread, run, view, chain }) =>
      thread && run?.status === 'queued'
        ? claimQueued({ now, thread, run, view, chain }, worker)
        : { answer: undefined },
    ),
  }
}

function takeover(waiting: { readonly run: RunningRecord; readonly firstSeq: number }, worker: Worker): ClaimPart {
  return {
    subject: runOf(waiting.run.owner, waiting.run, waiting.run.runId),
    ...needing(['view', 'chain'], ({ now, view, chain }) => takeOver({ ...waiting, now, view, chain }, worker)),
  }
}

function claimQueued(
  {
    now,
    thread,
    run: queued,
    view,
    chain,
  }: Known<'view' | 'chain'> & { readonly thread: ThreadRow; readonly run: QueuedRecord },
  { workerId, leaseMs }: Worker,
): Decision<Claim> {
  const { roomId, threadId, runId } = queued
  const opening = openingNow(view, queued)
  const run: RunningRecord = {
    ...openedAs(queued, opening),
    status: 'running',
    workerId,
    epoch: FIRST_EPOCH,
    leaseUntil: now + leaseMs,
    startedAt: now,
  }
  return {
    answer: {
      ...claimOf(run, view, chain),
      input: inputOf(run, view, [...historyTo(view, opening.parentId), ...opening.messages]),
    },
    writes: {
      key: { roomId, threadId },
      thread: { ...thread, updatedAt: now },
      log: [controlRecord(runId, { type: 'run.status', status: 'running' }), startedRecord(queued, opening)],
      run,
      said: wordsOf(opening.messages),
      notices: [],
    },
  }
}

/** Its epoch was raised when it lost its worker, which can write no more. Its RUN_STARTED is in the log. */
function takeOver(
  {
    now,
    run: waiting,
    view,
    chain,
    firstSeq,
  }: Known<'view' | 'chain'> & { readonly run: RunningRecord; readonly firstSeq: number },
  { workerId, leaseMs }: Worker,
): Decision<Claim> {
  const { roomId, threadId, runId } = waiting
  const { released, ...rest } = waiting
  const times = (waiting.resumed ?? 0) + (released ? 0 : 1)
  const resumed = times > 0 ? { resumed: times } : {}
  const run: RunningRecord = { ...rest, workerId, leaseUntil: now + leaseMs, ...resumed }
  const messages = historyTo(view, run.parentId ?? null)
  return {
    answer: {
      ...claimOf(run, view, chain),
      input: inputOf(run, view, messages),
      resumed: { firstSeq, times },
    },
    writes: {
      key: { roomId, threadId },
      log: [controlRecord(runId, { type: 'run.status', status: 'running', ...resumed })],
      run,
      notices: [],
    },
  }
}

function claimOf(run: RunningRecord, view: ThreadView, chain: Chain | undefined): Omit<Claim, 'input' | 'resumed'> {
  const { roomId, threadId, runId, epoch, owner, request } = run
  const { tenantId } = owner
  return {
    lease: { tenantId, roomId, threadId, runId, epoch },
    run: toRun(run),
    agentId: request.agentId,
    owner,
    ...(chain && { answers: answersOf(run, view), continued: chain }),
  }
}

function inputOf(
  { threadId, runId, request: { tools, context, state, resume, forwardedProps } }: RunningRecord,
  view: ThreadView,
  messages: Message[],
): RunAgentInput {
  return {
    threadId,
    runId,
    messages,
    tools: [...tools],
    context: [...context],
    state: state ?? view.state,
    ...(resume && { resume: [...resume] }),
    forwardedProps,
  }
}
