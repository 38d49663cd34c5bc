/**
 * The run input that is sent to an endpoint. Leaves out what no agent can continue from: a tool call without a result
 * (its run was cancelled or failed), a result without its call, an empty message, and activities, which are only
 * displayed and which no AG-UI client sends back.
 */
import { type AssistantMessage, type Message, PROTOCOL_VERSION, type RunAgentInput } from '@ag-ui/core'

/** Many endpoints require every field. */
export function toldOf(input: RunAgentInput, threadId: string): RunAgentInput {
  return {
    ...input,
    threadId,
    protocolVersion: PROTOCOL_VERSION,
    state: input.state ?? {},
    forwardedProps: input.forwardedProps ?? {},
    messages: historyOf(input),
  }
}

function historyOf({ messages, resume }: Pick<RunAgentInput, 'messages' | 'resume'>): Message[] {
  const calls = new Set(messages.flatMap((message) => (message.role === 'assistant' ? callIds(message) : [])))
  // A person's answer belongs to the last question, whose call waits for it.
  const asked = resume?.length ? messages.findLastIndex(({ role }) => role === 'user') : messages.length
  const awaited = messages.slice(asked + 1).flatMap((message) => (message.role === 'assistant' ? callIds(message) : []))
  /** Of two results of one call the later one counts. */
  const results = new Map(messages.flatMap((each) => (each.role === 'tool' ? [[each.toolCallId, each] as const] : [])))
  const whole = new Set([...results.keys(), ...awaited])
  return messages.flatMap((message): Message[] => {
    switch (message.role) {
      case 'assistant':
        return withCalls(message, whole)
      case 'tool':
        return calls.has(message.toolCallId) && results.get(message.toolCallId) === message ? [message] : []
      case 'reasoning':
        return message.content || message.encryptedValue ? [message] : []
      case 'activity':
        return []
      default:
        return [message]
    }
  })
}

function withCalls(message: AssistantMessage, whole: ReadonlySet<string>): AssistantMessage[] {
  const { toolCalls: given, ...rest } = message
  const toolCalls = (given ?? [])
    .filter(({ id }) => whole.has(id))
    // A call without arguments has an empty text, which is not JSON.
    .map((call) => (call.function.arguments ? call : { ...call, function: { ...call.function, arguments: '{}' } }))
  if (toolCalls.length > 0) return [{ ...rest, toolCalls }]
  return message.content ? [rest] : []
}

function callIds({ toolCalls = [] }: AssistantMessage): readonly string[] {
  return toolCalls.map(({ id }) => id)
}
