/**
 * Translates other dialects of AG-UI into AG-UI 1.0: names of older versions, fields in Python's spelling, missing or
 * numeric ids, times as text, objects where a text belongs.
 *
 * Owns: how an event and its fields are named. Does not know: which event may come when, which ids are free. What it
 * cannot read is passed on unchanged, for the recorder to skip and count.
 */
import { type Event, EventType } from '@ag-ui/core'
import { failureSaying } from '../lifecycle/outcome.ts'
import {
  type Fields,
  idOf,
  isFields,
  jsonOf,
  recordOf,
  spelled,
  textIn,
  textOf,
  timeOf,
  usageOf,
  withoutNull,
} from './fields.ts'
import { messagesOf, resultOf, roleOf } from './messages.ts'
import { typeOf } from './types.ts'

export interface Dialect {
  /** Call once per event, in order. The recorder checks the result like any other event. */
  read(said: unknown): Event
}

/** Kinds of things with ids, and the id of one that has none. */
type Thing = 'text' | 'chunk' | 'thought' | 'thinking' | 'call'

export function createDialect(): Dialect {
  /** The item opened last, by kind and agent, for events that name no item. */
  const last = new Map<string, string>()
  /** Texts that are thoughts, because their agent gave them such a role. */
  const thoughts = new Set<string>()
  let count = 0

  const keyOf = (thing: Thing, { subagentRunId }: Fields) => `${thing} ${subagentRunId ?? ''}`

  /** The id of an item that starts. */
  function begun(thing: Thing, said: unknown, common: Fields): string {
    const id = idOf(said) ?? `${thing}-${++count}`
    last.set(keyOf(thing, common), id)
    return id
  }

  /** The id of an item that continues. */
  function going(thing: Thing, said: unknown, common: Fields): string {
    return idOf(said) ?? last.get(keyOf(thing, common)) ?? begun(thing, undefined, common)
  }

  /** A chunk may omit its id and role, which are then those of the chunk before. */
  function isThoughtChunk(given: Fields, common: Fields): boolean {
    const id = idOf(given.messageId) ?? last.get(keyOf('chunk', common)) ?? ''
    last.set(keyOf('chunk', common), id)
    const role = roleOf(given.role)
    if (role === 'reasoning') thoughts.add(id)
    else if (role !== undefined) thoughts.delete(id)
    return thoughts.has(id)
  }

  /** Fast path: almost every event needs no translation. */
  function isPlain(said: Fields): boolean {
    if (typeof said.delta !== 'string' || said.subagentRunId !== undefined) return false
    if (said.timestamp !== undefined || said.metadata !== undefined) return false
    switch (said.type) {
      case EventType.TEXT_MESSAGE_CONTENT:
        return isId(said.messageId) && !thoughts.has(said.messageId)
      case EventType.REASONING_MESSAGE_CONTENT:
        return isId(said.messageId)
      case EventType.TOOL_CALL_ARGS:
        return isId(said.toolCallId)
      default:
        return false
    }
  }

  function translated(said: Fields): Fields {
    const type = typeOf(said.type)
    if (!type) return said
    const given = spelled(said)
    const common = withoutNull({
      timestamp: timeOf(given.timestamp),
      metadata: recordOf(given.metadata),
      subagentRunId: idOf(given.subagentRunId),
    })
    return { type, ...common, ...fieldsOf(type, given, common) }
  }

  function fieldsOf(type: EventType, given: Fields, common: Fields): Fields {
    switch (type) {
      case EventType.TEXT_MESSAGE_START: {
        const messageId = begun('text', given.messageId, common)
        if (roleOf(given.role) !== 'reasoning') {
          thoughts.delete(messageId)
          return withoutNull({ messageId, role: spokenRole(given.role), name: textOf(given.name) })
        }
        thoughts.add(messageId)
        return { type: EventType.REASONING_MESSAGE_START, messageId, role: 'reasoning' }
      }
      case EventType.TEXT_MESSAGE_CONTENT: {
        const messageId = going('text', given.messageId, common)
        const isThought = thoughts.has(messageId) && { type: EventType.REASONING_MESSAGE_CONTENT }
        return { messageId, delta: wordsIn(given), ...isThought }
      }
      case EventType.TEXT_MESSAGE_END: {
        const messageId = going('text', given.messageId, common)
        const isThought = thoughts.has(messageId) && { type: EventType.REASONING_MESSAGE_END }
        return { messageId, ...isThought }
      }
      case EventType.TEXT_MESSAGE_CHUNK: {
        const chunk = { messageId: idOf(given.messageId), delta: hasWords(given) ? wordsIn(given) : undefined }
        if (isThoughtChunk(given, common)) return withoutNull({ type: EventType.REASONING_MESSAGE_CHUNK, ...chunk })
        const role = typeof given.role === 'string' ? spokenRole(given.role) : undefined
        return withoutNull({ ...chunk, role, name: textOf(given.name) })
      }
      case EventType.REASONING_START: {
        const title = textOf(given.title)
        const metadata = title !== undefined && { metadata: { ...recordOf(common.metadata), title } }
        return { messageId: begun('thinking', given.messageId, common), ...metadata }
      }
      case EventType.REASONING_END:
        return { messageId: going('thinking', given.messageId, common) }
      case EventType.REASONING_MESSAGE_START:
        return { messageId: begun('thought', given.messageId, common), role: 'reasoning' }
      case EventType.REASONING_MESSAGE_CONTENT:
        return { messageId: going('thought', given.messageId, common), delta: wordsIn(given) }
      case EventType.REASONING_MESSAGE_END:
        return { messageId: going('thought', given.messageId, common) }
      case EventType.REASONING_MESSAGE_CHUNK:
        return withoutNull({ messageId: idOf(given.messageId), delta: hasWords(given) ? wordsIn(given) : undefined })
      case EventType.REASONING_ENCRYPTED_VALUE:
        return {
          subtype: String(given.subtype).toLowerCase().replace('_', '-'),
          entityId: idOf(given.entityId) ?? idOf(given.messageId),
          encryptedValue: textOf(given.encryptedValue),
        }
      case EventType.TOOL_CALL_START:
        return withoutNull({
          toolCallId: begun('call', given.toolCallId, common),
          toolCallName: toolName(given) ?? 'unknown',
          parentMessageId: idOf(given.parentMessageId),
        })
      case EventType.TOOL_CALL_ARGS:
        return { toolCallId: going('call', given.toolCallId, common), delta: argumentsIn(given) ?? '' }
      case EventType.TOOL_CALL_END:
        return { toolCallId: going('call', given.toolCallId, common) }
      case EventType.TOOL_CALL_CHUNK:
        return withoutNull({
          toolCallId: idOf(given.toolCallId),
          toolCallName: toolName(given),
          parentMessageId: idOf(given.parentMessageId),
          delta: argumentsIn(given),
        })
      case EventType.TOOL_CALL_RESULT: {
        const toolCallId = going('call', given.toolCallId, common)
        const content = given.content ?? given.result ?? given.output ?? given.error ?? null
        const messageId = idOf(given.messageId) ?? `result-${toolCallId}`.slice(0, 256)
        return { messageId, toolCallId, content: resultOf(content), role: 'tool' }
      }
      case EventType.STATE_SNAPSHOT:
        return { snapshot: given.snapshot === undefined ? given.state : given.snapshot }
      case EventType.STATE_DELTA:
        return { delta: patchIn(given.delta ?? given.patch) }
      case EventType.ACTIVITY_SNAPSHOT:
        return withoutNull({
          ...activity(given),
          content: recordOf(given.content) ?? { value: given.content ?? null },
          replace: typeof given.replace === 'boolean' ? given.replace : undefined,
        })
      case EventType.ACTIVITY_DELTA:
        return { ...activity(given), patch: patchIn(given.patch ?? given.delta) }
      case EventType.MESSAGES_SNAPSHOT:
        return { messages: messagesOf(given.messages) }
      case EventType.RAW:
        return withoutNull({ event: given.event ?? {}, source: textOf(given.source) })
      case EventType.CUSTOM:
        return { name: textIn(given.name) || 'custom', value: given.value ?? null }
      case EventType.STEP_STARTED:
      case EventType.STEP_FINISHED:
        return { stepName: idOf(given.stepName) ?? idOf(given.name) ?? 'step' }
      case EventType.SUBAGENT_STARTED:
        return withoutNull({
          name: textIn(given.name) || 'sub-agent',
          description: textOf(given.description),
          parentSubagentRunId: idOf(given.parentSubagentRunId),
          parentToolCallId: idOf(given.parentToolCallId),
          parentMessageId: idOf(given.parentMessageId),
        })
      case EventType.SUBAGENT_FINISHED: {
        const outcome = recordOf(given.outcome)
        return withoutNull({ result: given.result, outcome: outcome?.type === 'suspended' ? outcome : undefined })
      }
      case EventType.SUBAGENT_ERROR:
        return withoutNull({
          message: failureSaying('agent_error', complaintIn(given)).message,
          code: textOf(given.code),
        })
      case EventType.RUN_STARTED:
        return addressIn(given)
      case EventType.RUN_FINISHED:
        return withoutNull({ ...addressIn(given), outcome: outcomeIn(given.outcome), usage: usageOf(given.usage) })
      case EventType.RUN_ERROR:
        return withoutNull({
          ...addressIn(given),
          message: complaintIn(given),
          code: textOf(given.code),
          usage: usageOf(given.usage),
        })
    }
  }

  return {
    read: (said) => (!isFields(said) || isPlain(said) ? said : translated(said)) as unknown as Event,
  }
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 256
}

function spokenRole(value: unknown): string {
  const role = roleOf(value)
  return role === 'user' || role === 'system' || role === 'developer' ? role : 'assistant'
}

function hasWords({ delta, content, text }: Fields): boolean {
  return (delta ?? content ?? text ?? undefined) !== undefined
}

function wordsIn({ delta, content, text }: Fields): string {
  return textIn(delta ?? content ?? text)
}

/** Undefined: the event does not mention them. */
function argumentsIn({ delta, args, arguments: given }: Fields): string | undefined {
  const said = delta ?? args ?? given ?? undefined
  return said === undefined ? undefined : jsonOf(said)
}

function toolName({ toolCallName, toolName: name, name: short }: Fields): string | undefined {
  return textIn(toolCallName) || textIn(name) || textIn(short) || undefined
}

/** A single operation may come without a list. */
function patchIn(value: unknown): unknown {
  return isFields(value) ? [value] : value
}

function activity(given: Fields): Fields {
  return { messageId: idOf(given.messageId) ?? 'activity', activityType: textIn(given.activityType) || 'activity' }
}

function addressIn({ threadId, runId }: Fields): Fields {
  return withoutNull({ threadId: idOf(threadId), runId: idOf(runId) })
}

/** `message`, or `error`, which may be an object with a message. */
function complaintIn({ message, error, detail }: Fields): string {
  for (const said of [message, error, detail]) {
    const words = textIn(said) || (isFields(said) ? textIn(said.message) || textIn(said.detail) : '')
    if (words) return words
  }
  return ''
}

/** Undefined: nothing speaks against success. Other values stay as they are, known or not. */
function outcomeIn(value: unknown): unknown {
  if (value === undefined || value === null) return undefined
  const outcome: Fields = isFields(value) ? value : { type: value }
  const type = typeof outcome.type === 'string' ? outcome.type.toLowerCase() : outcome.type
  if (type !== 'interrupt' || !Array.isArray(outcome.interrupts)) return { type }
  return { type, interrupts: outcome.interrupts.filter(isFields).map((each, at) => questionIn(spelled(each), at)) }
}

function questionIn(given: Fields, at: number): Fields {
  const { id, reason, message, metadata, value } = given
  const more = value === undefined || isFields(metadata) ? recordOf(metadata) : { value }
  return withoutNull({
    id: idOf(id) ?? `interrupt-${at + 1}`,
    reason: textIn(reason) || 'interrupt',
    message: textOf(message) ?? textOf(value),
    toolCallId: idOf(given.toolCallId),
    subagentRunId: idOf(given.subagentRunId),
    responseSchema: recordOf(given.responseSchema),
    expiresAt: textOf(given.expiresAt),
    metadata: more,
  })
}
