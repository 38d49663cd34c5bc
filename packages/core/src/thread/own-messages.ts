/**
 * Own messages: what a run writes into the conversation, and where it hangs there.
 *
 * Owns: each live run's place in the tree (the message its next one hangs on). Does not know: what is open, texts.
 *
 * Invariants:
 * - A run's own messages are one chain that begins at the message it answers; a sub-agent's messages hang on that
 *   chain and are no part of it.
 * - The place can be found again from messages and runs of a view (I4).
 */
import type { AssistantMessage, Message, ReasoningEncryptedValueEvent, ToolCall } from '@ag-ui/core'
import { isEnded, type Run } from '../lifecycle/run.ts'
import { type Conversation, kindOf, placed } from './conversation.ts'
import { type ThreadMessage, withCall } from './message.ts'

export interface OwnMessages {
  /** The run's new messages enter the tree. Gives the message that the run answers. */
  start(runId: string, messages: readonly Message[], parentId: string | null | undefined): string | null
  /** Where the run's message is that the agent calls so: made from `message` if it has not written it yet. */
  write(runId: string, message: Message): number
  /** Where the assistant message is that a tool call belongs to, with the call in it. */
  call(runId: string, call: ToolCall, parentMessageId: string | undefined, subagentRunId: string | undefined): number
  /**
   * MESSAGES_SNAPSHOT: what the run has written gets the agent's content and keeps its place, also under another id; what
   * is not known is added. Nothing goes, and what others have written stays as it is.
   */
  merge(runId: string, messages: readonly Message[]): void
  encrypt(runId: string, event: ReasoningEncryptedValueEvent): void
  /** The run writes no more. */
  end(runId: string): void
}

export function createOwnMessages(conversation: Conversation, runs: readonly Run[]): OwnMessages {
  const tails = new Map<string, string | null>()
  for (const run of runs) if (!isEnded(run) && run.status !== 'queued') tails.set(run.runId, run.parentId ?? null)
  for (let index = 0; index < conversation.size(); index++) {
    const { id, runId, subagentRunId } = conversation.get(index)
    if (runId !== undefined && subagentRunId === undefined && tails.has(runId)) tails.set(runId, id)
  }

  function tailOf(runId: string): string | null {
    const tail = tails.get(runId)
    return tail === undefined ? conversation.newest() : tail
  }

  function add(runId: string, message: Message): number {
    const id = conversation.freeId(runId, message.id)
    const index = conversation.add({ ...message, id, parentId: tailOf(runId), runId } as ThreadMessage)
    if (message.subagentRunId === undefined && tails.has(runId)) tails.set(runId, id)
    return index
  }

  /** What the run has said under ids that a snapshot does not name, by its words: it may be there under another id. */
  function unnamed(runId: string, named: ReadonlySet<number | undefined>): Map<string, number[]> {
    const found = new Map<string, number[]>()
    for (let index = 0; index < conversation.size(); index++) {
      const message = conversation.get(index)
      if (message.runId !== runId || named.has(index) || !message.content) continue
      const words = wordsOf(message)
      const same = found.get(words)
      if (same) same.push(index)
      else found.set(words, [index])
    }
    return found
  }

  const own: OwnMessages = {
    start(runId, messages, parentId) {
      let tail = parentId === undefined ? conversation.newest() : parentId
      for (const message of messages) {
        if (conversation.indexOf(message.id) === undefined) conversation.add(placed(message, tail))
        tail = message.id
      }
      tails.set(runId, tail)
      return tail
    },
    write: (runId, message) => conversation.indexOfOwn(runId, message.id, kindOf(message)) ?? add(runId, message),
    call(runId, call, parentMessageId, subagentRunId) {
      const known = conversation.indexOfCall(call.id)
      if (known !== undefined && conversation.get(known).runId === runId) return known
      const made = { role: 'assistant', ...(subagentRunId !== undefined && { subagentRunId }) } as const
      // Without a parent the message has the call's id, as @ag-ui/client makes it.
      let index = own.write(runId, { ...made, id: parentMessageId ?? call.id })
      if (conversation.get(index).role !== 'assistant') index = own.write(runId, { ...made, id: `${call.id}:call` })
      const message = conversation.get(index) as AssistantMessage & ThreadMessage
      conversation.replace(index, { ...message, toolCalls: [...(message.toolCalls ?? []), call] })
      return index
    },
    merge(runId, messages) {
      const indices = messages.map(
        (message) => conversation.indexOfOwn(runId, message.id, kindOf(message)) ?? conversation.indexOf(message.id),
      )
      let renamed: Map<string, number[]> | undefined
      for (const [at, message] of messages.entries()) {
        const index = indices[at]
        if (index === undefined) {
          renamed ??= unnamed(runId, new Set(indices))
          if ('toolCalls' in message || renamed.get(wordsOf(message))?.shift() === undefined) add(runId, message)
          continue
        }
        const { id, parentId, runId: writer, startedAt, endedAt } = conversation.get(index)
        if (writer !== runId) continue
        const merged = {
          ...message,
          id,
          parentId,
          runId,
          ...(endedAt !== undefined && { startedAt, endedAt }),
        }
        conversation.replace(index, merged as ThreadMessage)
      }
    },
    encrypt(runId, { subtype, entityId, encryptedValue }) {
      const index =
        subtype === 'tool-call' ? conversation.indexOfCall(entityId) : conversation.indexOfOwn(runId, entityId)
      if (index === undefined) return
      const message = conversation.get(index)
      if (message.runId !== runId) return
      if (subtype === 'message') return conversation.update(index, { ...message, encryptedValue } as ThreadMessage)
      conversation.update(
        index,
        withCall(message, entityId, (call) => ({ ...call, encryptedValue })),
      )
    },
    end(runId) {
      tails.delete(runId)
    },
  }
  return own
}

function wordsOf({ role, content, subagentRunId }: Message): string {
  return JSON.stringify([role, typeof content === 'string' ? content.trim() : content, subagentRunId])
}
