/**
 * Conversation: the messages of a thread in the order of the log, found by id, each with its place in the tree.
 *
 * Owns: the list and its indices, which ids are free. Does not know: events, what is open, runs' lives.
 *
 * Invariants:
 * - A list that was handed out is never changed: the first change after it copies the list, once.
 * - A message object is never changed, only replaced; who did not change keeps their identity.
 */
import type { Message } from '@ag-ui/core'
import type { OpenItem } from '../lifecycle/open-item.ts'
import { shareIndex } from './lookup.ts'
import type { ThreadMessage } from './message.ts'

/** Streamed text has any of four roles. */
export type MessageKind = 'text' | 'reasoning' | 'tool' | 'activity'

export function kindOf({ role }: Pick<Message, 'role'>): MessageKind {
  return role === 'reasoning' || role === 'tool' || role === 'activity' ? role : 'text'
}

/**
 * Whether what is open grows in this message. Their ids alone do not say it: an agent may call two messages the same, of
 * which the second then lives under another id (`namesOf`).
 */
export function growsIn({ kind, id, runId }: OpenItem, message: ThreadMessage): boolean {
  if (message.runId !== runId || kind !== kindOf(message)) return false
  if (message.id === id || message.id === `${runId}:${id}`) return true
  const name = `${runId}:${id}:`
  return message.id.startsWith(name) && /^\d+$/.test(message.id.slice(name.length))
}

export interface Conversation {
  indexOf(id: string): number | undefined
  /** `index` came from this conversation. */
  get(index: number): ThreadMessage
  add(message: ThreadMessage): number
  /** The same message with more in it, or with nothing new: its id and its tool calls' ids are the ones it had. */
  update(index: number, message: ThreadMessage): void
  /** Another content under the same id. */
  replace(index: number, message: ThreadMessage): void
  /** Where the assistant message with this tool call is: the newest, when runs use an id again. */
  indexOfCall(toolCallId: string): number | undefined
  /** A run's own message that its agent calls `id`, of the kind that is meant, or of any. */
  indexOfOwn(runId: string, id: string, kind?: MessageKind): number | undefined
  /** The id for a new message which the agent of `runId` calls `id`. */
  freeId(runId: string, id: string): string
  size(): number
  /** The last message of the main conversation, the default head; null while there is none. */
  newest(): string | null
  handOut(): readonly ThreadMessage[]
  clear(): void
}

/** What a message that came with a request becomes. A `runId` in it is a stranger's: only a run's own messages have one. */
export function placed(message: Message, parentId: string | null): ThreadMessage {
  const { runId: _, ...rest } = message as ThreadMessage
  return { ...rest, parentId } as ThreadMessage
}

export function createConversation(from: readonly ThreadMessage[]): Conversation {
  let list: readonly ThreadMessage[] = from
  /** The list while it is ours alone; undefined once it was handed out. */
  let draft: ThreadMessage[] | undefined
  let newest: string | null = null
  let byId = new Map<string, number>()
  const byCall = new Map<string, number>()

  for (const [index, message] of from.entries()) note(message, index)

  function note(message: ThreadMessage, index: number): void {
    byId.set(message.id, index)
    if (message.subagentRunId === undefined) newest = message.id
    if (message.role !== 'assistant') return
    // An agent that restates an earlier message restates its calls: the newest of a name stays the newest.
    for (const { id } of message.toolCalls ?? []) byCall.set(id, Math.max(index, byCall.get(id) ?? index))
  }

  function mine(): ThreadMessage[] {
    if (draft === undefined) {
      draft = list.slice()
      list = draft
    }
    return draft
  }

  // Naive agents count their messages from 1 in every run, or give a thought and its answer one id. A message of another
  // run or kind is never written into: the next of a name lives under the run's id and its own.
  function* namesOf(runId: string, id: string): Generator<string, never> {
    yield id
    for (let nth = 1; ; nth++) yield nth === 1 ? `${runId}:${id}` : `${runId}:${id}:${nth}`
  }

  const conversation: Conversation = {
    indexOf: (id) => byId.get(id),
    get: (index) => list[index] as ThreadMessage,
    add(message) {
      const index = mine().push(message) - 1
      note(message, index)
      return index
    },
    update(index, message) {
      if (message !== list[index]) mine()[index] = message
    },
    replace(index, message) {
      const before = newest
      mine()[index] = message
      note(message, index)
      newest = before
    },
    indexOfCall: (toolCallId) => byCall.get(toolCallId),
    indexOfOwn(runId, id, kind) {
      for (const name of namesOf(runId, id)) {
        const index = byId.get(name)
        if (index === undefined) return undefined
        const message = conversation.get(index)
        if (message.runId === runId && (kind ?? kindOf(message)) === kindOf(message)) return index
      }
    },
    freeId(runId, id) {
      const names = namesOf(runId, id)
      let name = names.next().value
      while (byId.has(name)) name = names.next().value
      return name
    },
    size: () => list.length,
    newest: () => newest,
    handOut() {
      if (draft !== undefined) shareIndex(list, byId)
      draft = undefined
      return list
    },
    clear() {
      list = []
      draft = undefined
      newest = null
      // Lists that were handed out go on using the one that they share.
      byId = new Map()
      byCall.clear()
    },
  }
  return conversation
}
