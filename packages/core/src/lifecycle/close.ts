/**
 * How what is open ends when nobody else ends it: the recorder at a run's end, the store for a run whose worker is gone.
 */
import { type Event, EventType } from '@ag-ui/core'
import type { OpenItem } from './open-item.ts'

export type Closable = Pick<OpenItem, 'kind' | 'id' | 'subagentRunId'>

const ORDER: readonly OpenItem['kind'][] = ['text', 'reasoning', 'reasoning_block', 'tool_call', 'step', 'subagent']

/**
 * The events that close everything `open`, which is in the order of opening: text, reasoning messages, reasoning blocks,
 * tool calls, steps, sub-agents; of a kind the newest first, so children end before their parents. A sub-agent that is
 * still open did not finish: it ends as SUBAGENT_ERROR.
 */
export function closingEvents(open: readonly Closable[]): Event[] {
  const newestFirst = open.toReversed()
  return ORDER.flatMap((kind) => newestFirst.filter((item) => item.kind === kind).map(closingEvent))
}

function closingEvent({ kind, id, subagentRunId }: Closable): Event {
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
    case 'subagent':
      return { type: EventType.SUBAGENT_ERROR, subagentRunId: id, message: 'Its run ended first.', code: 'run_ended' }
  }
}
