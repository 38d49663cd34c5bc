/**
 * A message of a thread: an AG-UI message with its place in the tree. What a view shows is the path from the root to a
 * selected head: retry and edit are siblings, continue is a child, nothing is ever cut off.
 */
import type { Message, ToolCall } from '@ag-ui/core'

export type ThreadMessage = Message & {
  /** The message before it; null for a first message. */
  readonly parentId: string | null
  /** The run that wrote it; absent for a message that came with a request and for one that predates the run. */
  readonly runId?: string
  /** Of a thought that is over: when it was begun and closed, ISO 8601 UTC, by the log. */
  readonly startedAt?: string
  readonly endedAt?: string
}

/**
 * What of a list can be a message. Events were checked when they were recorded; this is for the newer server and the
 * older log, so that a reader never breaks on one.
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

/** The message with one of its tool calls changed; without such a call, the same message. */
export function withCall(message: ThreadMessage, id: string, change: (call: ToolCall) => ToolCall): ThreadMessage {
  if (message.role !== 'assistant' || !message.toolCalls?.some((call) => call.id === id)) return message
  return { ...message, toolCalls: message.toolCalls.map((call) => (call.id === id ? change(call) : call)) }
}
