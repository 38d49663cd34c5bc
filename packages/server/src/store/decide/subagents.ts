/**
 * Stopping one sub-agent while its run goes on: a durable request, noted in the run's record, so that no lost notice and
 * no crash can undo it. Its end is written by the run's worker. Sub-agents are part of the log's fold.
 */
import type { Subagent, ThreadKey, ThreadView } from '@holdfast/core'
import type { Absent, SubagentCancelAnswer, Subagents } from '../port.ts'
import type { Principal } from '../principal.ts'
import type { RunRecord } from '../run-record.ts'
import type { Known } from './facts.ts'
import { controlRecord } from './records.ts'
import { type Decision, type Need, needing } from './step.ts'
import { NOT_FOUND, threadAbsence } from './visible.ts'

type CancelAnswer = SubagentCancelAnswer

/** Those of one tool call, if it is given. A call belongs to one run: agents may use an id again in the next. */
export function decideSubagents(
  { room, thread }: Known<'room' | 'thread'>,
  principal: Principal,
  _key: ThreadKey,
  toolCallId?: string,
): Decision<Subagents | Absent> | Need<Decision<Subagents | Absent>> {
  const absent = threadAbsence(room, thread, principal)
  if (absent || !thread) return { answer: absent ?? NOT_FOUND }
  return needing(['view'], ({ view }) => {
    const subagents = view.subagents.filter(
      ({ parentToolCallId }) => toolCallId === undefined || parentToolCallId === toolCallId,
    )
    return { answer: { type: 'subagents', subagents } }
  })
}

export function decideSubagentCancel(
  { room, thread, current }: Known<'room' | 'thread' | 'current'>,
  principal: Principal,
  _key: ThreadKey,
  subagentRunId: string,
): Decision<CancelAnswer> | Need<Decision<CancelAnswer>> {
  const absent = threadAbsence(room, thread, principal)
  if (absent || !thread) return { answer: absent ?? NOT_FOUND }
  return needing(['view'], ({ view }) => cancel(view, current, subagentRunId, principal))
}

function cancel(
  { subagents }: ThreadView,
  run: RunRecord | undefined,
  subagentRunId: string,
  { personId }: Principal,
): Decision<CancelAnswer> {
  // The newest of this name: an earlier run's sub-agent has ended with its run.
  const subagent = subagents.findLast((one) => one.subagentRunId === subagentRunId)
  if (!subagent) return { answer: NOT_FOUND }
  const { status } = subagent
  if (status !== 'running') return { answer: { type: 'already_terminal', status } }
  const asked: Subagent = { ...subagent, stopping: true }
  const answer = { type: 'requested', subagent: asked } as const
  // A run that is being stopped stops all of its sub-agents.
  if (run?.status !== 'running' || run.runId !== subagent.runId) return { answer }
  const { roomId, threadId, runId, stoppedChildren = [] } = run
  if (stoppedChildren.includes(subagentRunId)) return { answer }
  return {
    answer,
    writes: {
      key: { roomId, threadId },
      log: [controlRecord(runId, { type: 'subagent.cancel-requested', subagentRunId, by: personId })],
      run: { ...run, stoppedChildren: [...stoppedChildren, subagentRunId] },
      notices: [{ type: 'run.subagent-cancel', runId, subagentRunId }],
    },
  }
}
