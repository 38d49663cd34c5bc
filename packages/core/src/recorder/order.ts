/**
 * What a run has open, and whether an event may come now.
 *
 * Owns: who opened what, in which order. Does not know: bytes, the content of deltas, how a run ends, which names are
 * free (`register.ts`).
 *
 * The rules are those of the stock client's verifier (@ag-ui/client, verifyEvents), which refuses a stream that breaks
 * them, and one more: a snapshot cannot give an open message to another owner. Ids are not restricted. If an agent uses
 * the id of a message that it was given, or one id for two kinds of message, the second gets its own name in the log, and
 * so does every event that refers to it.
 *
 * Invariants:
 * - An event that continues or closes something carries its owner (subagentRunId).
 * - Messages that the agent was given are never opened, closed or changed.
 */
import { type Attributable, type Event, EventType, type SubagentStartedEvent } from '@ag-ui/core'
import type { Closable } from '../lifecycle/close.ts'
import { agree, type Entity, exactly, makeEntity } from './entity.ts'
import { createFamily, type Family, type FamilyLimits } from './family.ts'
import { createOwnWords, type OwnWords } from './own-words.ts'
import { broken } from './refusal.ts'
import { createRegister, type RegisterOptions } from './register.ts'
import { underNames } from './snapshot.ts'

export type { Entity } from './entity.ts'

export type DeltaType = EventType.TEXT_MESSAGE_CONTENT | EventType.TOOL_CALL_ARGS | EventType.REASONING_MESSAGE_CONTENT

export interface Order {
  /**
   * Admits a checked event that is not a delta, a chunk or a run event, and writes names and owners into it. Returns
   * whether that changed the event. @throws Refusal
   */
  admit(event: Event): boolean
  /** The entity that a delta continues, or undefined if it may not. */
  going(type: DeltaType, id: string, tag: string | undefined): Entity | undefined
  /** The same. @throws Refusal with the reason why it may not */
  continuing(type: DeltaType, id: string, tag: string | undefined): Entity
  isCallOpen(id: string): boolean
  /** A call's id in the log. */
  callName(id: string): string
  /** In the order of opening. */
  open(): Closable[]
  /** While `events` runs, events come from the log, so their ids are already names. */
  inherit(events: () => void): void
}

/** Kinds that are found by an id of their own. Steps are found by name and owner. */
type Findable = Exclude<Closable['kind'], 'step'>

export function createOrder(options: RegisterOptions, limits: FamilyLimits): Order {
  const { messages: given, tolerant } = options
  const register = createRegister(options)
  const { look } = register
  let steps: Map<string, Entity> | undefined
  let family: Family | undefined
  let ownWords: OwnWords | undefined
  const opened = new Map<Entity, Closable['kind']>()
  let hasChanged = false

  /** Opens, or opens again: the owner of an id may reuse it after its end. */
  function open(entity: Entity, kind: Closable['kind'], tag: string | undefined): Entity {
    if (entity.open) return broken(`The agent opened a ${kind} twice without closing it: ${entity.id}`)
    if (entity.reserved) {
      entity.reserved = false
      entity.owner = tag
    } else agree(entity, tag)
    entity.open = true
    opened.set(entity, kind)
    return entity
  }

  function openMessage(kind: 'text' | 'reasoning', id: string, tag: string | undefined): Entity {
    return open(look(kind, id, tag) ?? register.add(kind, id, tag), kind, tag)
  }

  function close(kind: Findable, id: string, tag: string | undefined): Entity {
    const entity = find(kind, id, tag)
    entity.open = false
    opened.delete(entity)
    return entity
  }

  function find(kind: Findable, id: string, tag: string | undefined): Entity {
    const entity = look(kind, id, tag)
    if (!entity?.open) return broken(`The agent continued a ${kind} that is not open: ${id}`)
    agree(entity, tag)
    return entity
  }

  /** A reasoning block and the message in it may share an id. The owner of the first owns both. */
  function reasoningOwner(other: Entity | undefined, tag: string | undefined): string | undefined {
    if (!other || other.reserved) return tag
    agree(other, tag)
    return other.owner
  }

  /** The thought in a block may have the block's id. They then share a name too. */
  function openBlock(id: string, tag: string | undefined): Entity {
    const thought = look('reasoning', id, tag) ?? register.add('reasoning', id, tag)
    const owner = reasoningOwner(thought, tag)
    const block = look('reasoning_block', id, tag) ?? register.addNamed('reasoning_block', id, thought.id, owner)
    return open(block, 'reasoning_block', owner)
  }

  function openCall(id: string, parent: Entity | undefined, tag: string | undefined): Entity {
    const certain = parent && !parent.reserved
    if (certain) agree(parent, tag)
    const owner = certain ? parent.owner : tag
    const known = look('tool_call', id, tag)
    // With a parent the owner is known, even if it is the run's own agent. A reopened call must have that owner.
    if (known && certain) exactly(known, owner)
    const call = known ?? register.add('tool_call', id, owner)
    if (parent) register.holders.set(call.id, parent)
    return open(call, 'tool_call', owner)
  }

  function showActivity(id: string, replace: boolean, tag: string | undefined): Entity {
    const known = look('activity', id)
    if (!known) return register.add('activity', id, tag)
    if (replace) known.owner = tag
    return known
  }

  /** Undefined for an activity that the agent was given: it may be named, but it is not changed. */
  function patchedActivity(id: string, tag: string | undefined): Entity | undefined {
    const known = look('activity', id)
    if (known) agree(known, tag)
    const earlier = known ? undefined : register.given('message', id)
    if (earlier && earlier.role !== 'activity') broken(`The agent patched a message that is not an activity: ${id}`)
    if (earlier) agree(makeEntity('activity', id, earlier.subagentRunId), tag)
    return known
  }

  function startStep(name: string, owner: string | undefined): void {
    const key = stepKey(name, owner)
    steps ??= new Map()
    if (steps.has(key)) broken(`The agent started a step twice without finishing it: ${name}`)
    const step = makeEntity('step', name, owner)
    steps.set(key, step)
    opened.set(step, 'step')
  }

  function finishStep(name: string, owner: string | undefined): void {
    const key = stepKey(name, owner)
    const step = steps?.get(key) ?? broken(`The agent finished a step that it had not started: ${name}`)
    steps?.delete(key)
    opened.delete(step)
  }

  function startSubagent(event: SubagentStartedEvent): void {
    const { subagentRunId: id, parentSubagentRunId: parentId, parentToolCallId: call, parentMessageId: text } = event
    if (look('subagent', id)) broken(`The agent started a sub-agent with an id that was already used: ${id}`)
    if (parentId !== undefined && !look('subagent', parentId)) {
      if (!tolerant) broken(`The agent started a sub-agent whose parent was never started: ${parentId}`)
      delete event.parentSubagentRunId
      hasChanged = true
    }
    family ??= createFamily(limits)
    family.start(id, event.parentSubagentRunId)
    if (call !== undefined) rename(event, 'parentToolCallId', callName(call))
    const parent = text === undefined ? undefined : look('text', text)
    if (parent) rename(event, 'parentMessageId', parent.id)
    open(register.addNamed('subagent', id, id, undefined), 'subagent', undefined)
  }

  /** An agent may tag events and announce no sub-agent. Readers see one all the same, so it counts. */
  function speaks(tag: string | undefined): void {
    if (tag === undefined) return
    family ??= createFamily(limits)
    family.speak(tag)
  }

  /** Whether a text is open, or a call in its message. */
  function isWritten(message: Entity): boolean {
    if (message.open) return true
    for (const [{ id }, kind] of opened) if (kind === 'tool_call' && register.holders.get(id) === message) return true
    return false
  }

  /** The entity that an encrypted value belongs to; undefined if it is not of this run. */
  function secretive(subtype: string, id: string, tag: string | undefined): Entity | undefined {
    const ofCall = subtype === 'tool-call'
    for (const kind of ofCall ? CALLS : SECRETIVE) {
      const known = look(kind, id, tag) ?? look(kind, id)
      if (!known) continue
      if (!known.reserved) agree(known, tag)
      return known
    }
    const earlier = register.given(ofCall ? 'tool_call' : 'message', id)
    if (earlier) agree(makeEntity(ofCall ? 'tool_call' : 'text', id, earlier.subagentRunId), tag)
    return undefined
  }

  function callName(id: string): string {
    return look('tool_call', id)?.id ?? id
  }

  function admitEntity(event: Event): Entity | undefined {
    switch (event.type) {
      case EventType.TEXT_MESSAGE_START:
        return openMessage('text', event.messageId, event.subagentRunId)
      case EventType.TEXT_MESSAGE_END:
        return close('text', event.messageId, event.subagentRunId)
      case EventType.REASONING_MESSAGE_START: {
        const { messageId, subagentRunId } = event
        return openMessage(
          'reasoning',
          messageId,
          reasoningOwner(look('reasoning_block', messageId, subagentRunId), subagentRunId),
        )
      }
      case EventType.REASONING_MESSAGE_END:
        return close('reasoning', event.messageId, event.subagentRunId)
      case EventType.REASONING_START:
        return openBlock(event.messageId, event.subagentRunId)
      case EventType.REASONING_END:
        return close('reasoning_block', event.messageId, event.subagentRunId)
      case EventType.TOOL_CALL_START: {
        const { toolCallId, parentMessageId: id, subagentRunId: tag } = event
        const parent = id === undefined ? undefined : (look('text', id, tag) ?? register.reserve(id))
        if (parent) rename(event, 'parentMessageId', parent.id)
        return openCall(toolCallId, parent, tag)
      }
      case EventType.TOOL_CALL_END:
        return close('tool_call', event.toolCallId, event.subagentRunId)
      case EventType.TOOL_CALL_RESULT: {
        const call = look('tool_call', event.toolCallId)
        if (call) rename(event, 'toolCallId', call.id)
        const result = register.add('tool_result', event.messageId, event.subagentRunId ?? call?.owner)
        register.results.set(event.toolCallId, result)
        return result
      }
      case EventType.ACTIVITY_SNAPSHOT:
        return showActivity(event.messageId, event.replace !== false, event.subagentRunId)
      case EventType.ACTIVITY_DELTA:
        return patchedActivity(event.messageId, event.subagentRunId)
      case EventType.STEP_STARTED:
        startStep(event.stepName, event.subagentRunId)
        return undefined
      case EventType.STEP_FINISHED:
        finishStep(event.stepName, event.subagentRunId)
        return undefined
      case EventType.SUBAGENT_STARTED:
        startSubagent(event)
        return undefined
      case EventType.SUBAGENT_FINISHED:
      case EventType.SUBAGENT_ERROR:
        close('subagent', event.subagentRunId, undefined)
        return undefined
      case EventType.REASONING_ENCRYPTED_VALUE: {
        const known = secretive(event.subtype, event.entityId, event.subagentRunId)
        if (known) rename(event, 'entityId', known.id)
        return undefined
      }
      case EventType.MESSAGES_SNAPSHOT:
        event.messages = underNames(event, { register, given, tolerant })
        for (const { subagentRunId } of event.messages) speaks(subagentRunId)
        hasChanged = true
        return undefined
      case EventType.CUSTOM:
        ownWords ??= createOwnWords(register, { isOpen: isWritten, tolerant })
        if (ownWords.admit(event)) hasChanged = true
        return undefined
      default:
        return undefined
    }
  }

  function rename<Field extends string>(event: { [name in Field]?: string }, field: Field, name: string): void {
    if (event[field] === name) return
    event[field] = name
    hasChanged = true
  }

  return {
    admit(event) {
      hasChanged = false
      // First, because what is refused must leave nothing open.
      if (!event.type.startsWith('SUBAGENT')) speaks((event as Attributable).subagentRunId)
      const entity = admitEntity(event)
      if (!entity) return hasChanged
      if ('messageId' in event) rename(event, 'messageId', entity.id)
      else if ('toolCallId' in event) rename(event, 'toolCallId', entity.id)
      if (entity.owner !== undefined) rename(event as Attributable, 'subagentRunId', entity.owner)
      return hasChanged
    },
    going(type, id, tag) {
      const entity = look(WRITES[type], id, tag)
      return entity?.open && (tag === undefined || tag === entity.owner) ? entity : undefined
    },
    continuing: (type, id, tag) => find(WRITES[type], id, tag),
    isCallOpen: (id) => look('tool_call', id)?.open ?? false,
    callName,
    open: () =>
      Array.from(opened, ([{ id, owner }, kind]) => ({
        kind,
        id,
        ...(owner === undefined ? {} : { subagentRunId: owner }),
      })),
    inherit: register.inherit,
  }
}

const WRITES = {
  TEXT_MESSAGE_CONTENT: 'text',
  TOOL_CALL_ARGS: 'tool_call',
  REASONING_MESSAGE_CONTENT: 'reasoning',
} as const satisfies Readonly<Record<DeltaType, Findable>>

const CALLS = ['tool_call'] as const
/** The kinds that an encrypted value of a message may belong to, in this order. */
const SECRETIVE = ['reasoning', 'text', 'tool_result', 'reasoning_block'] as const

/** A step's name is unique within one agent. */
function stepKey(name: string, owner: string | undefined): string {
  return JSON.stringify([owner ?? null, name])
}
