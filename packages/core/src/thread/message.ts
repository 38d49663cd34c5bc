/**
 * A message of a thread: an AG-UI message with its place in the tree. A view shows the path from the root to a selected
 * head. Retries and edits are siblings, a continuation is a child, and nothing is ever removed.
 */
import type { Message, ToolCall } from '@ag-ui/core'

export type ThreadMessage = Message & {
  /** The message before it. null: it is a first message. */
  readonly parentId: string | null
  /** The run that wrote it. Absent if it came with a request, or is older than the run. */
  readonly runId?: string
  /** Of a finished thought: when it began and ended by the log, ISO 8601 UTC. */
  readonly startedAt?: string
  readonly endedAt?: string
}

/**
 * The items of a list that can be messages. Events were checked when they were recorded; this protects readers from newer
 * servers and older logs.
 */
export function messagesIn(list: unknown): readonly Message[] {
  return Array.isArray(list) ? list.filter(isMessage) : []
}

function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null) return false
  const { id, role, toolCalls } = value as Record<string, unknown>
  if (typeof id !== 'string' || typeof role !== 'string') return false
  return toolCalls === undefined || (Array.isArray(toolCalls) && toolCalls.every(isToolCall))
}

function isToolCall(value: unknown): value is ToolCall {
  const call = value as ToolCall | null | undefined
  return typeof call?.id === 'string' && typeof call.function?.arguments === 'string'
}

/** The message with one of its tool calls changed, or the same message if it has no such call. */
export function withCall(message: ThreadMessage, id: string, change: (call: ToolCall) => ToolCall): ThreadMessage {
  if (message.role !== 'assistant' || !message.toolCalls?.some((call) => call.id === id)) return message
  return { ...message, toolCalls: message.toolCalls.map((call) => (call.id === id ? change(call) : call)) }
}
