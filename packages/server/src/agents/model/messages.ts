/**
 * Converts a conversation from AG-UI messages to the model library's. Leaves out what no provider accepts: a tool call
 * without a result (its run was cancelled or failed), a result without its call, an empty message. The order is one
 * that every provider accepts (`in-turns.ts`).
 */
import { type Context, contentToText, type Message, type ToolCall } from '@ag-ui/core'
import type { AssistantModelMessage, JSONValue, ModelMessage } from 'ai'
import { toUserContent } from './content.ts'
import { inTurns } from './in-turns.ts'

/** @throws AgentFailure for content that the model cannot take */
export function toModelMessages(
  messages: readonly Message[],
  context: readonly Context[],
  system?: string,
): ModelMessage[] {
  const calls = usableCalls(messages)
  const told: ModelMessage[] = system ? [{ role: 'system', content: system }] : []
  if (context.length > 0)
    told.push({ role: 'system', content: context.map((item) => `${item.description}: ${item.value}`).join('\n') })
  for (const message of messages) {
    const next = toModelMessage(message, calls)
    if (next) told.push(next)
  }
  return inTurns(told)
}

type UsableCalls = ReadonlyMap<string, { readonly name: string; readonly input: JSONValue }>

function toModelMessage(message: Message, calls: UsableCalls): ModelMessage | undefined {
  switch (message.role) {
    case 'system':
    case 'developer':
      return { role: 'system', content: message.content }
    case 'user':
      return { role: 'user', content: toUserContent(message.content) }
    case 'assistant':
      return assistant(message.content, message.toolCalls ?? [], calls)
    case 'tool': {
      const call = calls.get(message.toolCallId)
      if (!call) return undefined
      const output = { type: 'text' as const, value: message.error ?? contentToText(message.content) }
      const result = { type: 'tool-result' as const, toolCallId: message.toolCallId, toolName: call.name, output }
      return { role: 'tool', content: [result] }
    }
    case 'reasoning':
    case 'activity':
      return undefined
  }
}

function assistant(text: string | undefined, toolCalls: readonly ToolCall[], calls: UsableCalls) {
  const content: Exclude<AssistantModelMessage['content'], string> = text ? [{ type: 'text', text }] : []
  for (const { id } of toolCalls) {
    const call = calls.get(id)
    if (call) content.push({ type: 'tool-call', toolCallId: id, toolName: call.name, input: call.input })
  }
  return content.length > 0 ? ({ role: 'assistant', content } as const) : undefined
}

function usableCalls(messages: readonly Message[]): UsableCalls {
  const answered = new Set(messages.flatMap((message) => (message.role === 'tool' ? [message.toolCallId] : [])))
  const calls = new Map<string, { name: string; input: JSONValue }>()
  for (const message of messages) {
    if (message.role !== 'assistant') continue
    for (const { id, function: called } of message.toolCalls ?? []) {
      const input = parsed(called.arguments)
      if (answered.has(id) && input !== undefined) calls.set(id, { name: called.name, input })
    }
  }
  return calls
}

/** Undefined for truncated arguments. */
function parsed(json: string): JSONValue | undefined {
  try {
    return JSON.parse(json || '{}') as JSONValue
  } catch {
    return undefined
  }
}
