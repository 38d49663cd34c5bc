/**
 * The custom events that the server's own agents write, under names of ours: what they refer to gets its name in the log.
 * Any agent may write them, so they can only refer to what its own run has said. A tolerated agent supersedes nothing: it is
 * never resumed, and readers show what is superseded as the work of a restart.
 *
 * - `holdfast.progress{toolCallId, text}` what a tool call says of itself
 * - `holdfast.superseded{messageIds}` texts and thoughts that the run said before a crash, and says again
 *
 * Does not know: what readers do with them.
 */
import type { CustomEvent } from '@ag-ui/core'
import { agree, type Entity } from './entity.ts'
import { broken, tooMuch } from './refusal.ts'
import type { Register } from './register.ts'
import { isRecord } from './shape.ts'

/** Readers go through the whole conversation for each. An agent needs one for each time that it continues. */
export const SUPERSEDED_LIMIT = 1_000

export interface OwnWords {
  /** Writes names and the owner into the event. Returns whether that changed it. @throws Refusal */
  admit(event: CustomEvent): boolean
}

/** `isOpen`: whether something is still written in the message. */
export function createOwnWords(
  { look, holders }: Register,
  { isOpen, tolerant }: { readonly isOpen: (message: Entity) => boolean; readonly tolerant: boolean },
): OwnWords {
  let superseded = 0

  function nameOf(id: unknown, tag: string | undefined): string {
    if (typeof id !== 'string') return broken('The agent superseded something that is not a message.')
    const call = look('tool_call', id, tag)
    // A call without a message has one of its own, with the call's id.
    const own = call && !holders.has(call.id) ? call : undefined
    const messages = [look('text', id, tag), look('reasoning', id, tag), own].filter((message) => message !== undefined)
    if (messages.length === 0) return broken(`The agent superseded a message that its run has not written: ${id}`)
    for (const message of messages) {
      if (!message.reserved) supersedable(message, tag)
      if (isOpen(message)) broken(`The agent superseded a message that is still open: ${id}`)
    }
    return messages[0]?.id ?? id
  }

  function supersedable(message: Entity, tag: string | undefined): void {
    if (message.owner !== tag) broken(`The agent superseded another agent's ${message.kind}: ${message.id}`)
  }

  return {
    admit(event) {
      const { name, value, subagentRunId: tag } = event
      if (!isRecord(value)) return false
      if (name === 'holdfast.superseded') {
        if (tolerant) broken('The agent superseded messages of a run that was not interrupted.')
        if (++superseded > SUPERSEDED_LIMIT)
          tooMuch(`The agent superseded messages more than ${SUPERSEDED_LIMIT} times.`)
        const { messageIds } = value
        if (!Array.isArray(messageIds)) return broken('The agent superseded nothing that is a list of messages.')
        event.value = { messageIds: messageIds.map((id: unknown) => nameOf(id, tag)) }
        return true
      }
      const call =
        name === 'holdfast.progress' && typeof value.toolCallId === 'string' && look('tool_call', value.toolCallId, tag)
      if (!call) return false
      agree(call, tag)
      event.value = { ...value, toolCallId: call.id }
      if (call.owner !== undefined) event.subagentRunId = call.owner
      return true
    },
  }
}
