/**
 * Converts a conversation from AG-UI messages to the model library's, in a form that every provider accepts: each tool
 * call is followed by its result, and what belongs to nothing is left out (a result without its call, an empty message).
 * A call without a result, because its run was cancelled or its question was never answered, gets one that says so.
 */
import { type Context, contentToText, type Message, type ToolCall } from '@ag-ui/core'
import type { AssistantModelMessage, JSONValue, ModelMessage, ToolModelMessage } from 'ai'
import { shortened } from '../loop/conversation.ts'
import { toUserContent } from './content.ts'
import { inTurns } from './in-turns.ts'

/** @throws AgentFailure for content that the model cannot take */
export function toModelMessages(
  messages: readonly Message[],
  context: readonly Context[],
  system: string | undefined,
  maxResult: number,
): ModelMessage[] {
  const calls = usableCalls(messages, maxResult)
  const told: ModelMessage[] = system ? [{ role: 'system', content: system }] : []
  if (context.length > 0)
    told.push({ role: 'system', content: context.map((item) => `${item.description}: ${item.value}`).join('\n') })
  for (const message of messages) told.push(...toModelMessage(message, calls))
  return inTurns(told)
}

interface UsableCall {
  readonly name: string
  readonly input: JSONValue
  readonly output: string
}

type UsableCalls = ReadonlyMap<string, UsableCall>

function toModelMessage(message: Message, calls: UsableCalls): readonly ModelMessage[] {
  switch (message.role) {
    case 'system':
    case 'developer':
      return [{ role: 'system', content: message.content }]
    case 'user':
      return [{ role: 'user', content: toUserContent(message.content) }]
    case 'assistant':
      return assistant(message.content, message.toolCalls ?? [], calls)
    case 'tool':
    case 'reasoning':
    case 'activity':
      return []
  }
}

/** What the assistant said, then the results of its calls, wherever in the conversation they were. */
function assistant(text: string | undefined, toolCalls: readonly ToolCall[], calls: UsableCalls): ModelMessage[] {
  const content: Exclude<AssistantModelMessage['content'], string> = text ? [{ type: 'text', text }] : []
  const results: ToolModelMessage[] = []
  for (const { id } of toolCalls) {
    const call = calls.get(id)
    if (!call) continue
    content.push({ type: 'tool-call', toolCallId: id, toolName: call.name, input: call.input })
    const output = { type: 'text' as const, value: call.output }
    results.push({ role: 'tool', content: [{ type: 'tool-result', toolCallId: id, toolName: call.name, output }] })
  }
  return content.length > 0 ? [{ role: 'assistant', content }, ...results] : []
}

const NOT_EXECUTED = 'This call was not executed.'

function usableCalls(messages: readonly Message[], maxResult: number): UsableCalls {
  const results = new Map(
    messages.flatMap((message) =>
      message.role === 'tool' ? [[message.toolCallId, message.error ?? contentToText(message.content)] as const] : [],
    ),
  )
  const calls = new Map<string, UsableCall>()
  for (const message of messages) {
    if (message.role !== 'assistant') continue
    for (const { id, function: called } of message.toolCalls ?? []) {
      const input = parsed(called.arguments)
      const output = results.get(id)
      // Half a call that nobody answered was interrupted.
      if (output === undefined && input === undefined) continue
      calls.set(id, {
        name: nameOf(called.name),
        // Providers refuse arguments that are no object. The result says what was wrong with them.
        input: isObject(input) ? (input as JSONValue) : {},
        output: shortened(output ?? NOT_EXECUTED, maxResult),
      })
    }
  }
  return calls
}

/** A model may have called a tool by a name that its provider does not take back. */
function nameOf(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64) || 'unnamed'
}

function isObject(value: JSONValue | undefined): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Undefined for truncated arguments. */
function parsed(json: string): JSONValue | undefined {
  try {
    return JSON.parse(json || '{}') as JSONValue
  } catch {
    return undefined
  }
}
