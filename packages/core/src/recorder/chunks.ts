/**
 * Expands the shorthand of TEXT_MESSAGE_CHUNK, TOOL_CALL_CHUNK and REASONING_MESSAGE_CHUNK into start, content and end,
 * as the stock client does (@ag-ui/client, transformChunks), so that a log has one form only.
 *
 * Owns: one lane for each owner (the run's agent, each sub-agent), with the message that its chunks write. Does not know:
 * whether the resulting events may come now.
 */
import {
  type Event,
  EventType,
  type ReasoningMessageChunkEvent,
  type TextMessageChunkEvent,
  type ToolCallChunkEvent,
} from '@ag-ui/core'
import { type Closable, endEvent } from '../lifecycle/close.ts'
import { broken } from './refusal.ts'

export type ChunkEvent = TextMessageChunkEvent | ToolCallChunkEvent | ReasoningMessageChunkEvent

interface Lane {
  readonly kind: 'text' | 'tool_call' | 'reasoning'
  readonly id: string
  /** The fields of the first chunk. A later one may repeat them, but not change them. */
  readonly opener: Readonly<Record<string, string | undefined>>
}

export interface Chunks {
  /** The events that a chunk stands for. */
  expand(chunk: ChunkEvent): Event[]
  /** The end events that an event of `type` by `owner` implies. They come before it. */
  interrupted(type: EventType, owner: string | undefined): readonly Event[]
  /** Whether chunks write the item, so that the agent sends no end for it. */
  readonly implied: (item: Closable) => boolean
}

const NONE: readonly Event[] = []

/** The tool name of a call for which the agent named none. */
export const UNNAMED_TOOL = 'unknown'

/** `tolerant`: a first chunk without an id or a name gets one. What a later chunk says of its message's start is ignored. */
export function createChunks(tolerant = false): Chunks {
  const lanes = new Map<string | undefined, Lane>()
  /** The owners that write a kind, and those that write one message of it. There may be any number of sub-agents. */
  const writers = new Map<string, Set<string | undefined>>()
  const keysOf = ({ kind, id }: Pick<Lane, 'kind' | 'id'>) => [kind, `${kind} ${id}`]

  function openLane(owner: string | undefined, lane: Lane): void {
    lanes.set(owner, lane)
    for (const key of keysOf(lane)) {
      const owners = writers.get(key)
      if (owners) owners.add(owner)
      else writers.set(key, new Set([owner]))
    }
  }

  function closeLane(owner: string | undefined): readonly Event[] {
    const lane = lanes.get(owner)
    if (!lane) return NONE
    lanes.delete(owner)
    for (const key of keysOf(lane)) {
      const owners = writers.get(key)
      owners?.delete(owner)
      if (owners?.size === 0) writers.delete(key)
    }
    return [endEvent(lane.kind, lane.id, owner)]
  }

  /** A chunk may omit what is unchanged, even its id and its owner. */
  function laneOf(kind: Lane['kind'], id: string | undefined, tag: string | undefined): string | undefined {
    if (id !== undefined) {
      const holders = writers.get(`${kind} ${id}`)
      if (!holders) return tag
      const [holder] = holders
      if (tag === undefined || tag === holder) return holder
      return tolerant ? tag : broken(`The agent sent a chunk of another agent's ${kind}: ${id}`)
    }
    if (tag !== undefined || lanes.get(undefined)?.kind === kind) return tag
    const same = writers.get(kind) ?? new Set()
    if (same.size > 1 && !tolerant) broken(`The agent sent a chunk that may belong to ${same.size} open messages.`)
    const [first] = same
    return first
  }

  return {
    expand(chunk) {
      const { kind, id, opener } = read(chunk)
      const owner = laneOf(kind, id, chunk.subagentRunId)
      const open = lanes.get(owner)
      const goesOn = open?.kind === kind && (id === undefined || id === open.id)
      if (goesOn && !tolerant) requireSame(open, opener)
      const events = goesOn ? [] : [...closeLane(owner)]
      const openId = goesOn ? open.id : (id ?? (tolerant ? kind : undefined))
      if (openId === undefined) return broken(`The agent sent a first ${chunk.type} without an id.`)
      const common = {
        ...(chunk.timestamp === undefined ? {} : { timestamp: chunk.timestamp }),
        ...(chunk.metadata === undefined ? {} : { metadata: chunk.metadata }),
        ...(owner === undefined ? {} : { subagentRunId: owner }),
      }
      if (!goesOn) {
        events.push({ ...startOf(chunk, openId, tolerant), ...common })
        openLane(owner, { kind, id: openId, opener })
      }
      if (chunk.delta !== undefined || (goesOn && chunk.metadata !== undefined)) {
        events.push({ ...contentOf(kind, openId, chunk.delta ?? ''), ...common })
      }
      return events
    },
    interrupted(type, owner) {
      if (lanes.size === 0) return NONE
      switch (type) {
        case EventType.RAW:
        case EventType.ACTIVITY_SNAPSHOT:
        case EventType.ACTIVITY_DELTA:
        case EventType.REASONING_ENCRYPTED_VALUE:
        case EventType.SUBAGENT_STARTED:
          return NONE
        case EventType.MESSAGES_SNAPSHOT:
          return [...lanes.keys()].flatMap(closeLane)
        default:
          return closeLane(owner)
      }
    },
    implied: ({ kind, id }) => writers.has(`${kind} ${id}`),
  }
}

function read(chunk: ChunkEvent): { kind: Lane['kind']; id: string | undefined; opener: Lane['opener'] } {
  switch (chunk.type) {
    case EventType.TEXT_MESSAGE_CHUNK:
      return { kind: 'text', id: chunk.messageId, opener: { role: chunk.role, name: chunk.name } }
    case EventType.TOOL_CALL_CHUNK: {
      const { toolCallName, parentMessageId } = chunk
      return { kind: 'tool_call', id: chunk.toolCallId, opener: { toolCallName, parentMessageId } }
    }
    case EventType.REASONING_MESSAGE_CHUNK:
      return { kind: 'reasoning', id: chunk.messageId, opener: {} }
  }
}

function requireSame(lane: Lane, said: Lane['opener']): void {
  for (const [field, value] of Object.entries(said)) {
    const first = lane.opener[field] ?? (field === 'role' ? 'assistant' : undefined)
    if (value !== undefined && value !== first) broken(`The agent changed the ${field} of a ${lane.kind}: ${lane.id}`)
  }
}

function startOf(chunk: ChunkEvent, id: string, tolerant: boolean): Event {
  switch (chunk.type) {
    case EventType.TEXT_MESSAGE_CHUNK: {
      const name = chunk.name === undefined ? {} : { name: chunk.name }
      return { type: EventType.TEXT_MESSAGE_START, messageId: id, role: chunk.role ?? 'assistant', ...name }
    }
    case EventType.TOOL_CALL_CHUNK: {
      const { toolCallName = tolerant ? UNNAMED_TOOL : undefined, parentMessageId } = chunk
      if (toolCallName === undefined) return broken('The agent sent a first TOOL_CALL_CHUNK without a toolCallName.')
      const parent = parentMessageId === undefined ? {} : { parentMessageId }
      return { type: EventType.TOOL_CALL_START, toolCallId: id, toolCallName, ...parent }
    }
    case EventType.REASONING_MESSAGE_CHUNK:
      return { type: EventType.REASONING_MESSAGE_START, messageId: id, role: 'reasoning' }
  }
}

function contentOf(kind: Lane['kind'], id: string, delta: string): Event {
  switch (kind) {
    case 'text':
      return { type: EventType.TEXT_MESSAGE_CONTENT, messageId: id, delta }
    case 'tool_call':
      return { type: EventType.TOOL_CALL_ARGS, toolCallId: id, delta }
    case 'reasoning':
      return { type: EventType.REASONING_MESSAGE_CONTENT, messageId: id, delta }
  }
}
