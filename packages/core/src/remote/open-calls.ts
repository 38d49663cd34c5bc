/**
 * Adds the ends of tool calls that an agent left out before reporting that it is done. A call with complete arguments
 * is then closed; one with incomplete arguments stays open. Does not know: what a call is for, who answers it.
 */
import { type Event, EventType } from '@ag-ui/core'

/** UTF-16 units kept of one call's arguments; an event cannot be larger. */
const MAX_ARGUMENTS = 1024 * 1024

interface OpenCall {
  readonly start: Extract<Event, { type: EventType.TOOL_CALL_START }>
  readonly given: string[]
  length: number
}

export interface OpenCalls {
  /** The events to insert before this event. Call once per event, in order. */
  before(event: Event): readonly Event[]
}

const NOTHING: readonly Event[] = []

export function createOpenCalls(): OpenCalls {
  const open = new Map<string, OpenCall>()
  return {
    before(event) {
      switch (event?.type) {
        case EventType.TOOL_CALL_START:
          open.set(event.toolCallId, { start: event, given: [], length: 0 })
          return NOTHING
        case EventType.TOOL_CALL_ARGS: {
          const call = open.get(event.toolCallId)
          if (!call) return NOTHING
          call.length += event.delta.length
          if (call.length <= MAX_ARGUMENTS) call.given.push(event.delta)
          return NOTHING
        }
        case EventType.TOOL_CALL_END:
        case EventType.TOOL_CALL_RESULT:
          open.delete(event.toolCallId)
          return NOTHING
        case EventType.RUN_FINISHED:
          return [...open.values()].filter(isWhole).map(endOf)
        default:
          return NOTHING
      }
    },
  }
}

function isWhole({ given, length }: OpenCall): boolean {
  if (length > MAX_ARGUMENTS) return false
  try {
    JSON.parse(given.join('').trim() || '{}')
    return true
  } catch {
    return false
  }
}

function endOf({ start: { toolCallId, subagentRunId } }: OpenCall): Event {
  return { type: EventType.TOOL_CALL_END, toolCallId, ...(subagentRunId !== undefined && { subagentRunId }) }
}
