/**
 * Run messages: the messages that a run writes, and where they attach to the conversation tree.
 *
 * Owns: the tail of each live run, which is the message that its next message attaches to. Does not know: open items, texts.
 *
 * Invariants:
 * - The messages of a run form one chain that begins at the message it answers. Messages of a sub-agent attach to that
 *   chain and are not part of it.
 * - The tails can be rebuilt from the messages and runs of a view (I4).
 */
import type { AssistantMessage, Message, ReasoningEncryptedValueEvent, ToolCall } from '@ag-ui/core'
import { isEnded, type Run } from '../lifecycle/run.ts'
import { type Conversation, kindOf, placed } from './conversation.ts'
import { type ThreadMessage, withCall } from './message.ts'

export interface RunMessages {
  /** Adds the messages of the start request to the tree. Returns the id of the message that the run answers. */
  start(runId: string, messages: readonly Message[], parentId: string | null | undefined): string | null
  /** Index of the run's message with this id. It is added if the run has not written it yet. */
  write(runId: string, message: Message): number
  /** Index of the assistant message that the tool call belongs to. The call is added to it if it is new. */
  call(runId: string, call: ToolCall, parentMessageId: string | undefined): number
  /**
   * MESSAGES_SNAPSHOT: the run's own messages take the agent's content and keep their place, also under another id. Unknown
   * messages are added. Nothing is removed, and the messages of others stay as they are.
   */
  merge(runId: string, messages: readonly Message[]): void
  /**
   * Takes these texts and thoughts of the run out of the conversation, unless one is still being written, with the results
   * of the calls in them. The run's next message attaches where the first of them did.
   */
  supersede(runId: string, messageIds: readonly string[], isOpen: (index: number) => boolean): readonly ThreadMessage[]
  encrypt(runId: string, event: ReasoningEncryptedValueEvent): void
  /** The run has ended. */
  end(runId: string): void
}

export function createRunMessages(conversation: Conversation, runs: readonly Run[]): RunMessages {
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

  /** The run's messages that a snapshot does not name, by content: the snapshot may hold them under other ids. */
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

  const own: RunMessages = {
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
    call(runId, call, parentMessageId) {
      const known = conversation.indexOfCall(call.id)
      if (known !== undefined && conversation.get(known).runId === runId) return known
      const made = { role: 'assistant' } as const
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
    supersede(runId, messageIds, isOpen) {
      const gone = new Set<number>()
      const calls = new Set<string>()
      for (const id of messageIds) {
        for (const kind of ['text', 'reasoning'] as const) {
          const index = conversation.indexOfOwn(runId, id, kind)
          if (index === undefined || isOpen(index)) continue
          gone.add(index)
          const message = conversation.get(index)
          if (message.role === 'assistant') for (const call of message.toolCalls ?? []) calls.add(call.id)
        }
      }
      if (gone.size === 0) return []
      for (let index = Math.min(...gone); index < conversation.size(); index++) {
        const message = conversation.get(index)
        if (message.role === 'tool' && message.runId === runId && calls.has(message.toolCallId)) gone.add(index)
      }
      const { removed, standIn } = conversation.remove(gone)
      for (const [id, tail] of tails) tails.set(id, standIn(tail))
      return removed
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
