/**
 * Conversation: the messages of a thread in the order of the log, found by id, each with its place in the tree.
 *
 * Owns: the list and its indices, which ids are free. Does not know: events, what is open, the lives of runs.
 *
 * Invariants:
 * - A list that was handed out never changes. The first change after that copies it once.
 * - A message object is never changed, only replaced. Unchanged messages keep their identity.
 */
import type { Message } from '@ag-ui/core'
import type { OpenItem } from '../lifecycle/open-item.ts'
import { shareIndex } from './lookup.ts'
import type { ThreadMessage } from './message.ts'
import { standInFor } from './stand-in.ts'

/** Streamed text has any of four roles. */
export type MessageKind = 'text' | 'reasoning' | 'tool' | 'activity'

export function kindOf({ role }: Pick<Message, 'role'>): MessageKind {
  return role === 'reasoning' || role === 'tool' || role === 'activity' ? role : 'text'
}

/**
 * Whether an open item grows in this message. Ids alone do not decide it: an agent may give two messages one id, and the
 * second then has another id here (`namesOf`).
 */
export function growsIn({ kind, id, runId }: OpenItem, message: ThreadMessage): boolean {
  if (message.runId !== runId || kind !== kindOf(message)) return false
  if (message.id === id || message.id === `${runId}:${id}`) return true
  const name = `${runId}:${id}:`
  return message.id.startsWith(name) && /^\d+$/.test(message.id.slice(name.length))
}

export interface Conversation {
  indexOf(id: string): number | undefined
  /** `index` must come from this conversation. */
  get(index: number): ThreadMessage
  add(message: ThreadMessage): number
  /** Replaces a message by one with more content, the same id and the same ids of tool calls. */
  update(index: number, message: ThreadMessage): void
  /** Replaces the content under the same id. */
  replace(index: number, message: ThreadMessage): void
  /** Index of the assistant message with this tool call; the newest one if runs reuse the id. */
  indexOfCall(toolCallId: string): number | undefined
  /** The newest result of the tool call. */
  resultOf(toolCallId: string): ThreadMessage | undefined
  /** Index of the run's message that its agent calls `id`, of the given kind or of any. */
  indexOfOwn(runId: string, id: string, kind?: MessageKind): number | undefined
  /** The id for a new message that the agent of `runId` calls `id`. */
  freeId(runId: string, id: string): string
  /**
   * Takes messages out of the list, which moves the indices of all others. What was attached to one of them attaches to
   * where it was attached itself; `standIn` gives that for any id.
   */
  remove(indices: ReadonlySet<number>): {
    readonly removed: readonly ThreadMessage[]
    readonly standIn: (id: string | null) => string | null
  }
  size(): number
  /** The last message of the main conversation, which is the default head. null: there is none yet. */
  newest(): string | null
  handOut(): readonly ThreadMessage[]
  clear(): void
}

/** A message that came with a request. A `runId` in it is removed, because only messages that a run wrote have one. */
export function placed(message: Message, parentId: string | null): ThreadMessage {
  const { runId: _, ...rest } = message as ThreadMessage
  return { ...rest, parentId } as ThreadMessage
}

export function createConversation(from: readonly ThreadMessage[]): Conversation {
  let list: readonly ThreadMessage[] = from
  /** The list while nobody else holds it; undefined once it was handed out. */
  let draft: ThreadMessage[] | undefined
  let newest: string | null = null
  let byId = new Map<string, number>()
  const byCall = new Map<string, number>()
  const byResult = new Map<string, number>()

  for (const [index, message] of from.entries()) note(message, index)

  function note(message: ThreadMessage, index: number): void {
    byId.set(message.id, index)
    if (message.subagentRunId === undefined) newest = message.id
    if (message.role === 'tool') byResult.set(message.toolCallId, index)
    if (message.role !== 'assistant') return
    // A restated message restates its calls too, and must not replace a newer call of the same id.
    for (const { id } of message.toolCalls ?? []) byCall.set(id, Math.max(index, byCall.get(id) ?? index))
  }

  function mine(): ThreadMessage[] {
    if (draft === undefined) {
      draft = list.slice()
      list = draft
    }
    return draft
  }

  // Some agents count their messages from 1 in every run, or give a thought and its answer one id. A message of another
  // run or kind is never changed: the next one with its id gets an id made from the run's id and its own.
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
    resultOf: (toolCallId) => list[byResult.get(toolCallId) ?? -1],
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
    remove(indices) {
      const removed = list.filter((_, index) => indices.has(index))
      const gone = new Set(removed.map(({ id }) => id))
      const standIn = (id: string | null) => standInFor(id, (place) => !gone.has(place), removed)
      const kept = list.filter((_, index) => !indices.has(index))
      conversation.clear()
      for (const message of kept) {
        const parentId = standIn(message.parentId)
        conversation.add(parentId === message.parentId ? message : { ...message, parentId })
      }
      return { removed, standIn }
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
      // Lists that were handed out keep the index that they share.
      byId = new Map()
      byCall.clear()
      byResult.clear()
    },
  }
  return conversation
}
