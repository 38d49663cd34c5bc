/**
 * What of a run is open, and whether an event may come now.
 *
 * Owns: the ids of one run, who opened what, in which order. Does not know: bytes, deltas' content, how a run ends.
 *
 * The rules are those of the stock client's verifier (@ag-ui/client, verifyEvents), which refuses a stream that breaks
 * them, and three of our own, because our messages are a tree in which an id names one message: a message id is one
 * kind of message for the whole run; an agent cannot write into the messages it was given; a snapshot cannot hand what
 * is open to somebody else.
 *
 * Invariant: what continues or closes something carries the owner (subagentRunId) of what it continues.
 */
import { type Event, EventType, type Message, type MessagesSnapshotEvent, type ToolCall } from '@ag-ui/core'
import type { Closable } from './close.ts'
import type { OpenItem } from './open-item.ts'
import { broken } from './refusal.ts'

type Kind = OpenItem['kind'] | 'tool_result' | 'activity' | 'told'

export interface Entity {
  readonly kind: Kind
  readonly id: string
  /** The sub-agent that said it; undefined: the run's own agent. */
  owner: string | undefined
  open: boolean
  /** The agent was given it: it may refer to it, not write into it. */
  readonly given: boolean
}

export type DeltaType = EventType.TEXT_MESSAGE_CONTENT | EventType.TOOL_CALL_ARGS | EventType.REASONING_MESSAGE_CONTENT

export interface Order {
  /** Takes a checked event that is neither a delta, a chunk nor a run event; true when it was given its owner here. */
  admit(event: Event): boolean
  /** What a delta continues. */
  continuing(type: DeltaType, id: string, tag: string | undefined): Entity
  /** In the order of opening. */
  open(): Closable[]
}

/** `given` are the messages the agent was given: their ids are taken. */
export function createOrder(given: readonly Message[]): Order {
  const messages = new Map<string, Entity>()
  const blocks = new Map<string, Entity>()
  const calls = new Map<string, Entity>()
  const steps = new Map<string, Entity>()
  const subagents = new Map<string, Entity>()
  const opened = new Map<Entity, Closable['kind']>()

  for (const message of given) note(message, true)

  function note(message: Message, given: boolean): void {
    const { id, subagentRunId: owner } = message
    const known = messages.get(id)
    if (known) known.owner = owner
    else messages.set(id, { kind: kindOf(message.role), id, owner, open: false, given })
    const block = message.role === 'reasoning' ? blocks.get(id) : undefined
    if (block) block.owner = owner
    for (const call of callsOf(message)) {
      const knownCall = calls.get(call.id)
      if (knownCall) knownCall.owner = owner
      else calls.set(call.id, { kind: 'tool_call', id: call.id, owner, open: false, given: false })
    }
  }

  /** Opens, or opens again: an id may be reused after its end by whoever owned it. */
  function open(within: Map<string, Entity>, kind: Closable['kind'], id: string, owner: string | undefined): Entity {
    const known = within.get(id)
    if (known?.given) return broken(`The agent wrote into a message that it had been given: ${id}`)
    if (known && known.kind !== kind) return broken(`The agent opened a ${kind} under the id of another message: ${id}`)
    if (known?.open) return broken(`The agent opened a ${kind} twice without closing it: ${id}`)
    const entity = known ?? { kind, id, owner, open: true, given: false }
    agree(entity, owner)
    entity.open = true
    within.set(id, entity)
    opened.set(entity, kind)
    return entity
  }

  function close(within: Map<string, Entity>, kind: Closable['kind'], id: string, tag: string | undefined): Entity {
    const entity = find(within, kind, id, tag)
    entity.open = false
    opened.delete(entity)
    return entity
  }

  /** An id that something new takes for good. */
  function claim(kind: Kind, id: string, owner: string | undefined): void {
    if (messages.has(id)) broken(`The agent used the id of another message for a ${kind}: ${id}`)
    messages.set(id, { kind, id, owner, open: false, given: false })
  }

  /** Reasoning's block and the message in it may share an id; whoever opened the first owns both. */
  function reasoningOwner(other: Entity | undefined, tag: string | undefined): string | undefined {
    if (other?.kind !== 'reasoning' && other?.kind !== 'reasoning_block') return tag
    agree(other, tag)
    return other.owner
  }

  function callOwner(parentMessageId: string | undefined, tag: string | undefined): string | undefined {
    const parent = parentMessageId === undefined ? undefined : messages.get(parentMessageId)
    if (!parent) return tag
    agree(parent, tag)
    return parent.owner
  }

  function snapshot(event: MessagesSnapshotEvent): void {
    const ids = new Set<string>()
    for (const message of event.messages) {
      const { id, subagentRunId: owner, role } = message
      if (ids.has(id)) broken(`The agent sent a snapshot with two messages of one id: ${id}`)
      ids.add(id)
      const known = messages.get(id)
      if (known && familyOf(known.kind) !== familyOf(kindOf(role)))
        broken(`The agent made a message another kind: ${id}`)
      const touched = [known, role === 'reasoning' ? blocks.get(id) : undefined]
      for (const entity of [...touched, ...callsOf(message).map((call) => calls.get(call.id))]) {
        if (entity?.open) exactly(entity, owner)
      }
    }
    for (const message of event.messages) note(message, false)
  }

  function startSubagent(id: string, parentId: string | undefined): void {
    if (subagents.has(id)) broken(`The agent started a sub-agent under an id that has been used: ${id}`)
    if (parentId !== undefined && !subagents.has(parentId)) {
      broken(`The agent started a sub-agent of one that was never started: ${parentId}`)
    }
    open(subagents, 'subagent', id, undefined)
  }

  function admitEntity(event: Event): Entity | undefined {
    switch (event.type) {
      case EventType.TEXT_MESSAGE_START:
        return open(messages, 'text', event.messageId, event.subagentRunId)
      case EventType.TEXT_MESSAGE_END:
        return close(messages, 'text', event.messageId, event.subagentRunId)
      case EventType.REASONING_MESSAGE_START: {
        const owner = reasoningOwner(blocks.get(event.messageId), event.subagentRunId)
        return open(messages, 'reasoning', event.messageId, owner)
      }
      case EventType.REASONING_MESSAGE_END:
        return close(messages, 'reasoning', event.messageId, event.subagentRunId)
      case EventType.REASONING_START: {
        const owner = reasoningOwner(messages.get(event.messageId), event.subagentRunId)
        return open(blocks, 'reasoning_block', event.messageId, owner)
      }
      case EventType.REASONING_END:
        return close(blocks, 'reasoning_block', event.messageId, event.subagentRunId)
      case EventType.TOOL_CALL_START: {
        const owner = callOwner(event.parentMessageId, event.subagentRunId)
        const known = calls.get(event.toolCallId)
        // With a parent the owner is certain, also when it is the run's own agent: a reopened call must be its.
        if (known && event.parentMessageId !== undefined && messages.has(event.parentMessageId)) exactly(known, owner)
        return open(calls, 'tool_call', event.toolCallId, owner)
      }
      case EventType.TOOL_CALL_END:
        return close(calls, 'tool_call', event.toolCallId, event.subagentRunId)
      case EventType.TOOL_CALL_RESULT:
        claim('tool_result', event.messageId, event.subagentRunId)
        return undefined
      case EventType.ACTIVITY_SNAPSHOT: {
        const known = messages.get(event.messageId)
        if (known?.kind !== 'activity') claim('activity', event.messageId, event.subagentRunId)
        else if (event.replace !== false) known.owner = event.subagentRunId
        return undefined
      }
      case EventType.ACTIVITY_DELTA: {
        const known = messages.get(event.messageId)
        if (known && known.kind !== 'activity') broken(`The agent patched a message that is no activity: ${known.id}`)
        if (known) agree(known, event.subagentRunId)
        return undefined
      }
      case EventType.STEP_STARTED: {
        const key = stepKey(event.stepName, event.subagentRunId)
        if (steps.has(key)) broken(`The agent started a step twice without finishing it: ${event.stepName}`)
        const step: Entity = { kind: 'step', id: event.stepName, owner: event.subagentRunId, open: true, given: false }
        steps.set(key, step)
        opened.set(step, 'step')
        return undefined
      }
      case EventType.STEP_FINISHED: {
        const key = stepKey(event.stepName, event.subagentRunId)
        const step = steps.get(key)
        if (!step) return broken(`The agent finished a step that it had not started: ${event.stepName}`)
        steps.delete(key)
        opened.delete(step)
        return undefined
      }
      case EventType.SUBAGENT_STARTED:
        startSubagent(event.subagentRunId, event.parentSubagentRunId)
        return undefined
      case EventType.SUBAGENT_FINISHED:
      case EventType.SUBAGENT_ERROR:
        close(subagents, 'subagent', event.subagentRunId, undefined)
        return undefined
      case EventType.REASONING_ENCRYPTED_VALUE: {
        const message = messages.get(event.entityId)
        const said = message?.kind === 'activity' ? undefined : message
        const known = event.subtype === 'tool-call' ? calls.get(event.entityId) : (said ?? blocks.get(event.entityId))
        if (known) agree(known, event.subagentRunId)
        return undefined
      }
      case EventType.MESSAGES_SNAPSHOT:
        snapshot(event)
        return undefined
      default:
        return undefined
    }
  }

  return {
    admit(event) {
      const owner = admitEntity(event)?.owner
      if (owner === undefined || !('messageId' in event || 'toolCallId' in event)) return false
      if (event.subagentRunId === owner) return false
      event.subagentRunId = owner
      return true
    },
    continuing(type, id, tag) {
      if (type === EventType.TEXT_MESSAGE_CONTENT) return find(messages, 'text', id, tag)
      if (type === EventType.TOOL_CALL_ARGS) return find(calls, 'tool_call', id, tag)
      return find(messages, 'reasoning', id, tag)
    },
    open: () =>
      Array.from(opened, ([{ id, owner }, kind]) => ({
        kind,
        id,
        ...(owner === undefined ? {} : { subagentRunId: owner }),
      })),
  }
}

function find(within: Map<string, Entity>, kind: Closable['kind'], id: string, tag: string | undefined): Entity {
  const entity = within.get(id)
  if (!entity?.open || entity.kind !== kind) return broken(`The agent went on with a ${kind} that is not open: ${id}`)
  agree(entity, tag)
  return entity
}

/** An absent tag never disagrees; the run's own agent is as much an owner as a sub-agent is. */
function agree(entity: Entity, tag: string | undefined): void {
  if (tag !== undefined) exactly(entity, tag)
}

function exactly(entity: Entity, owner: string | undefined): void {
  if (owner !== entity.owner)
    broken(`The agent said of another agent's ${entity.kind} that it was its own: ${entity.id}`)
}

function kindOf(role: Message['role']): Kind {
  switch (role) {
    case 'assistant':
      return 'text'
    case 'reasoning':
      return 'reasoning'
    case 'activity':
      return 'activity'
    case 'tool':
      return 'tool_result'
    case 'user':
    case 'system':
    case 'developer':
      return 'told'
  }
}

/** The stock client keeps owners apart for these; within `message` a snapshot may name the role anew. */
function familyOf(kind: Kind): 'message' | 'reasoning' | 'activity' {
  return kind === 'reasoning' || kind === 'activity' ? kind : 'message'
}

function callsOf(message: Message): readonly ToolCall[] {
  return message.role === 'assistant' ? (message.toolCalls ?? []) : []
}

/** A step's name is unique within one agent only. */
function stepKey(name: string, owner: string | undefined): string {
  return JSON.stringify([owner ?? null, name])
}
