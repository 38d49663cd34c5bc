/**
 * Taking a run under a lease. The history of a queued one is fixed here: the path to where its messages hang, then they.
 * One that lost its worker has the same history still.
 */
import type { Message, RunAgentInput } from '@ag-ui/core'
import { pathTo, type ThreadMessage, type ThreadView } from '@holdfast/core'
import type { Claim } from '../port.ts'
import type { RunningRecord } from '../run-record.ts'
import type { ClaimFacts, Decision, TakeoverFacts } from './facts.ts'
import { openedAs, openingNow, startedRecord } from './opening.ts'
import { controlRecord } from './records.ts'
import { wordsOf } from './search.ts'
import { toRun } from './to-run.ts'

/** A queued run has never been claimed: one that lost its worker got a higher one when that became known. */
const FIRST_EPOCH = 1

export function decideClaim(
  { now, thread, run: queued, view }: ClaimFacts,
  { workerId, leaseMs }: { readonly workerId: string; readonly leaseMs: number },
): Required<Decision<Claim>> {
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
      ...claimOf(run),
      input: inputOf(run, view, [...pathTo(view.messages, opening.parentId).map(withoutPlace), ...opening.messages]),
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

/** Its epoch was raised when it lost its worker, so that one can write no more; RUN_STARTED is in the log. */
export function decideTakeover(
  { now, run: waiting, view, firstSeq }: TakeoverFacts,
  { workerId, leaseMs }: { readonly workerId: string; readonly leaseMs: number },
): Required<Decision<Claim>> {
  const { roomId, threadId, runId } = waiting
  const run: RunningRecord = { ...waiting, workerId, leaseUntil: now + leaseMs }
  const messages = pathTo(view.messages, run.parentId ?? null).map(withoutPlace)
  return {
    answer: { ...claimOf(run), input: inputOf(run, view, messages), resumed: { firstSeq } },
    writes: {
      key: { roomId, threadId },
      log: [controlRecord(runId, { type: 'run.status', status: 'running' })],
      run,
      notices: [],
    },
  }
}

function claimOf(run: RunningRecord): Pick<Claim, 'lease' | 'run' | 'agentId' | 'owner'> {
  const { roomId, threadId, runId, epoch, owner, request } = run
  return { lease: { roomId, threadId, runId, epoch }, run: toRun(run), agentId: request.agentId, owner }
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

const PLACE: ReadonlySet<string> = new Set<Exclude<keyof ThreadMessage, keyof Message>>([
  'parentId',
  'runId',
  'startedAt',
  'endedAt',
])

/** Key by key: this is done for a whole history at every claim, and taking an object apart is twice as slow. */
function withoutPlace(message: ThreadMessage): Message {
  const bare: Record<string, unknown> = {}
  for (const name in message) if (!PLACE.has(name)) bare[name] = message[name as keyof ThreadMessage]
  return bare as unknown as Message
}
