/** What the fold reads of an event, whatever kind it is. Does not know: what becomes of it. */
import type { Event } from '@ag-ui/core'
import type { OpenItem } from '../lifecycle/open-item.ts'
import * as EventType from './event-type.ts'

const IDS = [
  'messageId',
  'toolCallId',
  'parentMessageId',
  'subagentRunId',
  'parentSubagentRunId',
  'parentToolCallId',
  'stepName',
  'entityId',
] as const

/** What cannot be a name is no event to act on; the recorder lets none through. */
export function hasPlainIds(event: Event): boolean {
  const ids = event as Partial<Record<(typeof IDS)[number], unknown>>
  return IDS.every((id) => ids[id] === undefined || typeof ids[id] === 'string')
}

export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

/** What an event says of the message it begins. */
export function attributes({ metadata }: Pick<Extract<Event, { messageId: string }>, 'metadata'>) {
  return metadata === undefined ? {} : { metadata }
}

interface Bracket {
  readonly kind: OpenItem['kind']
  readonly id: string
  readonly opens: boolean
}

/** What the event opens or closes. */
export function bracketOf(event: Event): Bracket | undefined {
  switch (event.type) {
    case EventType.TEXT_MESSAGE_START:
    case EventType.TEXT_MESSAGE_END:
      return { kind: 'text', id: event.messageId, opens: event.type === EventType.TEXT_MESSAGE_START }
    case EventType.REASONING_MESSAGE_START:
    case EventType.REASONING_MESSAGE_END:
      return { kind: 'reasoning', id: event.messageId, opens: event.type === EventType.REASONING_MESSAGE_START }
    case EventType.REASONING_START:
    case EventType.REASONING_END:
      return { kind: 'reasoning_block', id: event.messageId, opens: event.type === EventType.REASONING_START }
    case EventType.TOOL_CALL_START:
    case EventType.TOOL_CALL_END:
      return { kind: 'tool_call', id: event.toolCallId, opens: event.type === EventType.TOOL_CALL_START }
    case EventType.STEP_STARTED:
    case EventType.STEP_FINISHED:
      return { kind: 'step', id: event.stepName, opens: event.type === EventType.STEP_STARTED }
    default:
      return undefined
  }
}
