/**
 * Closes what a run has left open: for the recorder at the end of a run, for the store after a worker was lost.
 */
import { type Event, EventType } from '@ag-ui/core'
import type { OpenItem } from './open-item.ts'
import { closingError, type Outcome } from './outcome.ts'

export type Closable = Pick<OpenItem, 'kind' | 'id' | 'subagentRunId'>

const ORDER: readonly OpenItem['kind'][] = ['text', 'reasoning', 'reasoning_block', 'tool_call', 'step', 'subagent']

/**
 * The events that close all of `open`, which is in the order of opening. Texts come first, then reasoning messages,
 * reasoning blocks, tool calls, steps and sub-agents; within a kind the newest comes first, so that children end before
 * their parents. An open sub-agent did not finish, so it ends with SUBAGENT_ERROR, for the reason for which its run ends.
 * Without an `outcome` the reason is only that the run ends.
 */
export function closingEvents(open: readonly Closable[], outcome: Outcome = { type: 'succeeded' }): Event[] {
  const newestFirst = open.toReversed()
  return ORDER.flatMap((kind) =>
    newestFirst.filter((item) => item.kind === kind).map((item) => closingEvent(item, outcome)),
  )
}

function closingEvent(item: Closable, outcome: Outcome): Event {
  if (item.kind !== 'subagent') return endEvent(item.kind, item.id, item.subagentRunId)
  return { type: EventType.SUBAGENT_ERROR, subagentRunId: item.id, ...closingError(outcome) }
}

/** The event that closes one thing, written by `subagentRunId` if that is a sub-agent. */
export function endEvent(kind: Exclude<Closable['kind'], 'subagent'>, id: string, subagentRunId?: string): Event {
  const owner = subagentRunId === undefined ? {} : { subagentRunId }
  switch (kind) {
    case 'text':
      return { type: EventType.TEXT_MESSAGE_END, messageId: id, ...owner }
    case 'reasoning':
      return { type: EventType.REASONING_MESSAGE_END, messageId: id, ...owner }
    case 'reasoning_block':
      return { type: EventType.REASONING_END, messageId: id, ...owner }
    case 'tool_call':
      return { type: EventType.TOOL_CALL_END, toolCallId: id, ...owner }
    case 'step':
      return { type: EventType.STEP_FINISHED, stepName: id, ...owner }
  }
}
