/**
 * The limit: the least that a client must do to show each event, which is one immutable snapshot and one listener call
 * per event, written by hand, without addresses, positions, a tree, open items or tolerance.
 */
import type { Event, JsonPatchOperation, Message } from '@ag-ui/core'

interface Snapshot {
  readonly messages: readonly Message[]
  readonly state: unknown
}

export function createLimit(history: readonly Message[], state: unknown, listener: (snapshot: Snapshot) => void) {
  let snapshot: Snapshot = { messages: history, state }

  function change(fits: (message: Message) => boolean, next: (message: Message) => Message): void {
    const index = snapshot.messages.findLastIndex(fits)
    const message = snapshot.messages[index]
    if (message === undefined) return
    const messages = snapshot.messages.slice()
    messages[index] = next(message)
    snapshot = { ...snapshot, messages }
  }

  return (event: Event): void => {
    switch (event.type as `${Event['type']}`) {
      case 'TEXT_MESSAGE_START': {
        const { messageId } = event as { messageId: string }
        snapshot = { ...snapshot, messages: [...snapshot.messages, { id: messageId, role: 'assistant', content: '' }] }
        break
      }
      case 'TEXT_MESSAGE_CONTENT': {
        const { messageId, delta } = event as { messageId: string; delta: string }
        change(
          ({ id }) => id === messageId,
          (message) => ({ ...message, content: message.content + delta }) as Message,
        )
        break
      }
      case 'TOOL_CALL_START': {
        const { toolCallId, toolCallName } = event as { toolCallId: string; toolCallName: string }
        const call = { id: toolCallId, type: 'function', function: { name: toolCallName, arguments: '' } } as const
        snapshot = {
          ...snapshot,
          messages: [...snapshot.messages, { id: toolCallId, role: 'assistant', toolCalls: [call] }],
        }
        break
      }
      case 'TOOL_CALL_ARGS': {
        const { toolCallId, delta } = event as { toolCallId: string; delta: string }
        change(
          (message) => message.role === 'assistant' && message.toolCalls?.some(({ id }) => id === toolCallId) === true,
          (message) => {
            if (message.role !== 'assistant') return message
            const toolCalls = (message.toolCalls ?? []).map((call) =>
              call.id === toolCallId
                ? { ...call, function: { ...call.function, arguments: call.function.arguments + delta } }
                : call,
            )
            return { ...message, toolCalls }
          },
        )
        break
      }
      case 'STATE_DELTA': {
        let state = snapshot.state
        for (const { path, value } of (event as { delta: Replace[] }).delta)
          state = replaced(state, path.split('/'), 1, value)
        snapshot = { ...snapshot, state }
        break
      }
      default:
        break
    }
    listener(snapshot)
  }
}

type Replace = Extract<JsonPatchOperation, { op: 'replace' }>

function replaced(state: unknown, tokens: readonly string[], at: number, value: unknown): unknown {
  const token = tokens[at]
  if (token === undefined) return value
  const key = token.replaceAll('~1', '/').replaceAll('~0', '~')
  const copy = (Array.isArray(state) ? state.slice() : { ...(state as object) }) as Record<string, unknown>
  copy[key] = replaced(copy[key], tokens, at + 1, value)
  return copy
}
