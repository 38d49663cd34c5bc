/**
 * Taking a queued run under a lease. Its history is fixed here: the path to where its messages hang, then they.
 */
import { pathTo, type ThreadMessage } from '@holdfast/core'
import type { Claim } from '../port.ts'
import type { RunningRecord } from '../run-record.ts'
import type { ClaimFacts, Decision } from './facts.ts'
import { openingNow, startedRecord } from './opening.ts'
import { controlRecord } from './records.ts'
import { toRun } from './to-run.ts'

/** A queued run has never been claimed: only a run that is taken over from another worker gets a higher one. */
const FIRST_EPOCH = 1

export function decideClaim(
  { now, thread, run: queued, view }: ClaimFacts,
  { workerId, leaseMs }: { readonly workerId: string; readonly leaseMs: number },
): Required<Decision<Claim>> {
  const { roomId, threadId, runId, owner, request } = queued
  const { agentId, tools, context, state, resume, forwardedProps } = request
  const opening = openingNow(view, queued)
  const run: RunningRecord = {
    ...queued,
    status: 'running',
    workerId,
    epoch: FIRST_EPOCH,
    leaseUntil: now + leaseMs,
    startedAt: now,
  }
  return {
    answer: {
      lease: { roomId, threadId, runId, epoch: run.epoch },
      run: toRun(run),
      agentId,
      owner,
      input: {
        threadId,
        runId,
        messages: [...pathTo(view.messages, opening.parentId).map(withoutPlace), ...opening.messages],
        tools: [...tools],
        context: [...context],
        state: state ?? view.state,
        ...(resume && { resume: [...resume] }),
        forwardedProps,
      },
    },
    writes: {
      key: { roomId, threadId },
      thread: { ...thread, updatedAt: now },
      log: [controlRecord(runId, { type: 'run.status', status: 'running' }), startedRecord(queued, opening)],
      run,
      notices: [],
    },
  }
}

function withoutPlace({ parentId: _, runId: __, ...message }: ThreadMessage) {
  return message
}
