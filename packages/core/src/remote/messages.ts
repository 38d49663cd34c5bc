/**
 * Converts the messages of foreign snapshots to AG-UI 1.0 messages. Leaves out what is not a message. Does not know:
 * which of them are already known.
 */
import { type Fields, idOf, isFields, jsonOf, recordOf, spelled, textIn, textOf, withoutNull } from './fields.ts'

export type SpokenRole = 'user' | 'assistant' | 'system' | 'developer' | 'tool' | 'reasoning' | 'activity'

const ROLES: Readonly<Record<string, SpokenRole>> = {
  user: 'user',
  human: 'user',
  assistant: 'assistant',
  ai: 'assistant',
  model: 'assistant',
  agent: 'assistant',
  bot: 'assistant',
  system: 'system',
  developer: 'developer',
  tool: 'tool',
  function: 'tool',
  reasoning: 'reasoning',
  thinking: 'reasoning',
  thought: 'reasoning',
  activity: 'activity',
}

export function roleOf(value: unknown): SpokenRole | undefined {
  const name = typeof value === 'string' ? value.toLowerCase() : ''
  return Object.hasOwn(ROLES, name) ? ROLES[name] : undefined
}

/** Anything but a list is returned as it is, for the recorder to refuse. */
export function messagesOf(value: unknown): unknown {
  if (!Array.isArray(value)) return value
  return value.flatMap((each, at) => (isFields(each) ? messageOf(spelled(each), at) : []))
}

function messageOf(given: Fields, at: number): readonly Fields[] {
  const role = roleOf(given.role) ?? roleOf(given.type)
  if (!role) return []
  const common = withoutNull({
    id: idOf(given.id) ?? idOf(given.messageId) ?? `message-${at + 1}`,
    role,
    subagentRunId: idOf(given.subagentRunId),
    metadata: recordOf(given.metadata),
    encryptedValue: role === 'activity' ? undefined : textOf(given.encryptedValue),
  })
  const name = withoutNull({ name: textOf(given.name) })
  switch (role) {
    case 'user':
      return [{ ...common, ...name, content: partsOf(given.content) }]
    case 'system':
    case 'developer':
      return [{ ...common, ...name, content: textIn(given.content) }]
    case 'reasoning':
      return [{ ...common, content: textIn(given.content) }]
    case 'assistant': {
      const toolCalls = Array.isArray(given.toolCalls) ? given.toolCalls.flatMap(callOf) : []
      const content = given.content === undefined || given.content === null ? undefined : textIn(given.content)
      return [withoutNull({ ...common, ...name, content, toolCalls: toolCalls.length > 0 ? toolCalls : undefined })]
    }
    case 'tool': {
      const toolCallId = idOf(given.toolCallId)
      if (toolCallId === undefined) return []
      return [
        withoutNull({ ...common, toolCallId, content: resultOf(given.content ?? null), error: textOf(given.error) }),
      ]
    }
    case 'activity':
      return [
        {
          ...common,
          activityType: textIn(given.activityType) || 'activity',
          content: recordOf(given.content) ?? { value: given.content ?? null },
        },
      ]
  }
}

/** `{id, function: {name, arguments}}`, or `{id, name, args}` as in LangChain. */
function callOf(value: unknown): readonly Fields[] {
  if (!isFields(value)) return []
  const id = idOf(value.id) ?? idOf(value.toolCallId)
  if (id === undefined) return []
  const called = recordOf(value.function) ?? value
  const given = called.arguments ?? called.args ?? called.input ?? ''
  const call = { name: textIn(called.name) || 'unknown', arguments: jsonOf(given) }
  const more = { encryptedValue: textOf(value.encryptedValue), metadata: recordOf(value.metadata) }
  return [{ id, type: 'function', function: call, ...withoutNull(more) }]
}

const MEDIA: ReadonlySet<unknown> = new Set(['image', 'audio', 'video', 'document'])

/** A tool's result: a text, message parts, or anything else as JSON. */
export function resultOf(value: unknown): unknown {
  if (typeof value === 'string') return value
  return Array.isArray(value) && value.length > 0 && value.every(isPart) ? value : jsonOf(value)
}

function partsOf(value: unknown): unknown {
  return Array.isArray(value) && value.some((part) => isPart(part) && part.type !== 'text') && value.every(isPart)
    ? value
    : textIn(value)
}

function isPart(value: unknown): value is Fields {
  if (!isFields(value)) return false
  if (value.type === 'text') return typeof value.text === 'string'
  const source = MEDIA.has(value.type) ? recordOf(value.source) : undefined
  return typeof source?.type === 'string' && typeof source.value === 'string'
}
