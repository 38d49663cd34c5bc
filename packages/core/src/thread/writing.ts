/**
 * Writing: the open items of a thread, and the texts that grow. A delta is one string append. Message objects are made
 * when a view is asked for (`flush`), so a token costs the same whether the thread has no message or a thousand.
 *
 * Owns: open items, growing texts. Does not know: why something opens or closes.
 *
 * Invariants:
 * - After `flush` the conversation holds everything that was appended.
 * - Everything here can be rebuilt from the messages and the open items of a view (I4).
 */
import { type Metadata, mergeMetadata } from '@ag-ui/core'
import type { OpenItem } from '../lifecycle/open-item.ts'
import type { Conversation } from './conversation.ts'
import { type ThreadMessage, withCall } from './message.ts'

/** Kinds of open items whose text grows. */
export type WritingKind = 'text' | 'reasoning' | 'tool_call'

interface Writer {
  readonly index: number
  readonly id: string
  readonly slot: Slot
  text: string
  dirty: boolean
}

/** Where in a message a growing text lives. */
interface Slot {
  /** The text so far; undefined if this message has no place for such a text. */
  read(message: ThreadMessage, id: string): string | undefined
  write(message: ThreadMessage, id: string, text: string): ThreadMessage
  annotate(message: ThreadMessage, id: string, metadata: Metadata): ThreadMessage
}

const annotated = <T extends { metadata?: Metadata }>(target: T, metadata: Metadata): T => ({
  ...target,
  metadata: mergeMetadata(target.metadata, metadata),
})

const content: Slot = {
  read(message) {
    if (typeof message.content === 'string') return message.content
    return message.role === 'assistant' ? '' : undefined
  },
  write: (message, _, text) => ({ ...message, content: text }) as ThreadMessage,
  annotate: (message, _, metadata) => annotated(message, metadata),
}

const callArguments: Slot = {
  read(message, id) {
    if (message.role !== 'assistant') return undefined
    return message.toolCalls?.find((call) => call.id === id)?.function.arguments
  },
  write: (message, id, text) =>
    withCall(message, id, (call) => ({ ...call, function: { ...call.function, arguments: text } })),
  annotate: (message, id, metadata) => withCall(message, id, (call) => annotated(call, metadata)),
}

const SLOTS: Readonly<Record<WritingKind, Slot>> = { text: content, reasoning: content, tool_call: callArguments }

const isWriting = (kind: OpenItem['kind']): kind is WritingKind => Object.hasOwn(SLOTS, kind)

export interface Writing {
  /** Opens an item. Its text, if it has one, grows in the message at `index`. An item that is open already is unchanged. */
  open(item: OpenItem, index?: number): void
  /** An id that is not open is ignored. */
  append(kind: WritingKind, id: string, delta: string, metadata?: Metadata): void
  /** `at`: when, ISO 8601 UTC. */
  close(kind: OpenItem['kind'], id: string, at: string, metadata?: Metadata, subagentRunId?: string): void
  closeRun(runId: string, at: string): void
  /** An open item. Of steps the sub-agent counts too. */
  find(kind: OpenItem['kind'], id: string, subagentRunId?: string): OpenItem | undefined
  /** Whether a text grows in the message at this index. */
  isOpen(index: number): boolean
  /** Writes the grown texts into the conversation. */
  flush(): void
  /** Continue from the present texts of the messages, after `flush` and a replacement of messages. */
  reread(): void
  handOut(): readonly OpenItem[]
  clear(): void
}

/** Steps have names, not ids. Two sub-agents may have open steps of one name. */
const keyOf = (kind: string, id: string, subagentRunId: string | undefined) =>
  kind === 'step' ? `${kind} ${subagentRunId ?? ''} ${id}` : `${kind} ${id}`

export function createWriting(conversation: Conversation, from: readonly OpenItem[]): Writing {
  const items = new Map<string, OpenItem>()
  /** The items as they were handed out; undefined if they have changed since. */
  let list: readonly OpenItem[] | undefined = from
  const writers: Readonly<Record<WritingKind, Map<string, Writer>>> = {
    text: new Map(),
    reasoning: new Map(),
    tool_call: new Map(),
  }
  const dirty: Writer[] = []

  for (const item of from) {
    items.set(keyOf(item.kind, item.id, item.subagentRunId), item)
    findWriter(item)
  }

  /** Where its text grows, if the conversation has a place for it. */
  function findWriter({ kind, id, runId, subagentRunId }: OpenItem): void {
    if (!isWriting(kind) || subagentRunId !== undefined) return
    const index = kind === 'tool_call' ? conversation.indexOfCall(id) : conversation.indexOfOwn(runId, id, kind)
    if (index !== undefined) startWriter(kind, id, index)
  }

  function startWriter(kind: WritingKind, id: string, index: number): void {
    const slot = SLOTS[kind]
    const text = slot.read(conversation.get(index), id)
    if (text !== undefined) writers[kind].set(id, { index, id, slot, text, dirty: false })
  }

  function annotate(writer: Writer, metadata: Metadata): void {
    conversation.update(writer.index, writer.slot.annotate(conversation.get(writer.index), writer.id, metadata))
  }

  const writing: Writing = {
    open(item, index) {
      const key = keyOf(item.kind, item.id, item.subagentRunId)
      if (items.has(key)) return
      items.set(key, item)
      list = undefined
      if (!isWriting(item.kind) || index === undefined) return
      writing.flush()
      startWriter(item.kind, item.id, index)
    },
    append(kind, id, delta, metadata) {
      const writer = writers[kind].get(id)
      if (writer === undefined || typeof delta !== 'string') return
      writer.text += delta
      if (!writer.dirty) {
        writer.dirty = true
        dirty.push(writer)
      }
      if (metadata !== undefined) annotate(writer, metadata)
    },
    close(kind, id, at, metadata, subagentRunId) {
      const key = keyOf(kind, id, subagentRunId)
      const item = items.get(key)
      if (item === undefined) return
      items.delete(key)
      list = undefined
      if (!isWriting(kind)) return
      const writer = writers[kind].get(id)
      if (writer === undefined) return
      if (metadata !== undefined) annotate(writer, metadata)
      if (kind === 'reasoning') {
        const thought = conversation.get(writer.index)
        conversation.update(writer.index, { ...thought, startedAt: item.startedAt, endedAt: at })
      }
      writers[kind].delete(id)
    },
    closeRun(runId, at) {
      for (const item of [...items.values()]) {
        if (item.runId === runId) writing.close(item.kind, item.id, at, undefined, item.subagentRunId)
      }
    },
    find: (kind, id, subagentRunId) => items.get(keyOf(kind, id, subagentRunId)),
    isOpen(index) {
      for (const ofKind of Object.values(writers)) {
        for (const writer of ofKind.values()) if (writer.index === index) return true
      }
      return false
    },
    flush() {
      if (dirty.length === 0) return
      for (const writer of dirty) {
        writer.dirty = false
        const { index, id, slot, text } = writer
        conversation.update(index, slot.write(conversation.get(index), id, text))
      }
      dirty.length = 0
    },
    reread() {
      for (const ofKind of Object.values(writers)) ofKind.clear()
      for (const item of items.values()) findWriter(item)
    },
    handOut() {
      list ??= [...items.values()]
      return list
    },
    clear() {
      items.clear()
      list = []
      dirty.length = 0
      for (const ofKind of Object.values(writers)) ofKind.clear()
    },
  }
  return writing
}
