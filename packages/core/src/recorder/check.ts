/**
 * What each of AG-UI 1.0's 31 events may hold (https://ag-ui.com/spec/1.0), as a table of shapes.
 *
 * Left out of every copy: `rawEvent`, which is the provider's own payload, unbounded and unused by readers; and the
 * threadId and runId of run events, because the server owns identity.
 */
import { type Event, EventType } from '@ag-ui/core'
import { broken } from './refusal.ts'
import {
  type Budget,
  count,
  type Field,
  flag,
  id,
  integer,
  isRecord,
  json,
  list,
  object,
  oneOf,
  optional,
  pointer,
  record,
  type Shape,
  text,
  textOr,
  variant,
} from './shape.ts'

/** All questions of a run are answered in one request. */
export const MAX_QUESTIONS = 1_000

type Fields = Readonly<Record<string, Shape | Field>>

const base: Fields = { timestamp: optional(integer), metadata: optional(record) }
const owned: Fields = { ...base, subagentRunId: optional(id) }

const op = (name: string, fields: Fields) => object({ op: oneOf(name), path: pointer, ...fields })
const patch = list(
  variant('op', {
    add: op('add', { value: json }),
    remove: op('remove', {}),
    replace: op('replace', { value: json }),
    move: op('move', { from: pointer }),
    copy: op('copy', { from: pointer }),
    test: op('test', { value: json }),
  }),
)

const source = variant('type', {
  data: object({ type: oneOf('data'), value: text, mimeType: text }),
  url: object({ type: oneOf('url'), value: text, mimeType: optional(text) }),
  file: object({ type: oneOf('file'), value: text, provider: optional(text), mimeType: optional(text) }),
})
const media = (type: string) => object({ type: oneOf(type), id: optional(text), source, metadata: optional(json) })
const content = textOr(
  list(
    variant('type', {
      text: object({ type: oneOf('text'), id: optional(text), text, metadata: optional(json) }),
      image: media('image'),
      audio: media('audio'),
      video: media('video'),
      document: media('document'),
    }),
  ),
)

const toolCall = object({
  id,
  type: oneOf('function'),
  function: object({ name: text, arguments: text }),
  encryptedValue: optional(text),
  metadata: optional(record),
})
const message = (role: string, fields: Fields) =>
  object({ id, role: oneOf(role), ...fields, subagentRunId: optional(id), metadata: optional(record) })
const spoken: Fields = { name: optional(text), encryptedValue: optional(text) }
const messages = list(
  variant('role', {
    developer: message('developer', { content: text, ...spoken }),
    system: message('system', { content: text, ...spoken }),
    assistant: message('assistant', { content: optional(text), toolCalls: optional(list(toolCall)), ...spoken }),
    user: message('user', { content, ...spoken }),
    tool: message('tool', { content, toolCallId: id, error: optional(text), encryptedValue: optional(text) }),
    activity: message('activity', { activityType: text, content: record }),
    reasoning: message('reasoning', { content: text, encryptedValue: optional(text) }),
  }),
)

const usage = list(
  object({
    provider: optional(text),
    model: optional(text),
    inputTokens: optional(count),
    outputTokens: optional(count),
    totalTokens: optional(count),
    reasoningTokens: optional(count),
    cachedInputTokens: optional(count),
    cacheWriteInputTokens: optional(count),
  }),
)
const interrupt = object({
  subagentRunId: optional(id),
  id,
  reason: text,
  message: optional(text),
  toolCallId: optional(id),
  responseSchema: optional(record),
  expiresAt: optional(text),
  metadata: optional(record),
})
const questions: Shape = (value, budget, field) => {
  const asked = list(interrupt, 1)(value, budget, field) as readonly { readonly id: string }[]
  if (asked.length > MAX_QUESTIONS) broken(`The agent asked more than ${MAX_QUESTIONS} questions at once.`)
  if (new Set(asked.map((each) => each.id)).size < asked.length)
    broken('The agent asked two questions with the same id.')
  return asked
}
const runOutcome = variant('type', {
  success: object({ type: oneOf('success') }),
  interrupt: object({ type: oneOf('interrupt'), interrupts: questions }),
  cancelled: object({ type: oneOf('cancelled') }),
})
const subagentOutcome = variant('type', {
  success: object({ type: oneOf('success') }),
  suspended: object({ type: oneOf('suspended'), interruptIds: optional(list(id)) }),
})

const role = oneOf('developer', 'system', 'assistant', 'user')

const FIELDS: Readonly<Record<EventType, Fields>> = {
  TEXT_MESSAGE_START: { ...owned, messageId: id, role: optional(role), name: optional(text) },
  TEXT_MESSAGE_CONTENT: { ...owned, messageId: id, delta: text },
  TEXT_MESSAGE_END: { ...owned, messageId: id },
  TEXT_MESSAGE_CHUNK: {
    ...owned,
    messageId: optional(id),
    role: optional(role),
    name: optional(text),
    delta: optional(text),
  },
  TOOL_CALL_START: { ...owned, toolCallId: id, toolCallName: text, parentMessageId: optional(id) },
  TOOL_CALL_ARGS: { ...owned, toolCallId: id, delta: text },
  TOOL_CALL_END: { ...owned, toolCallId: id },
  TOOL_CALL_CHUNK: {
    ...owned,
    toolCallId: optional(id),
    toolCallName: optional(text),
    parentMessageId: optional(id),
    delta: optional(text),
  },
  TOOL_CALL_RESULT: { ...owned, messageId: id, toolCallId: id, content, role: optional(oneOf('tool')) },
  STATE_SNAPSHOT: { ...owned, snapshot: json },
  STATE_DELTA: { ...owned, delta: patch },
  MESSAGES_SNAPSHOT: { ...base, messages },
  ACTIVITY_SNAPSHOT: { ...owned, messageId: id, activityType: text, content: record, replace: optional(flag) },
  ACTIVITY_DELTA: { ...owned, messageId: id, activityType: text, patch },
  RAW: { ...owned, event: json, source: optional(text) },
  CUSTOM: { ...owned, name: text, value: json },
  RUN_STARTED: {},
  RUN_FINISHED: { outcome: optional(runOutcome), usage: optional(usage) },
  RUN_ERROR: { message: text, code: optional(text), usage: optional(usage) },
  STEP_STARTED: { ...owned, stepName: id },
  STEP_FINISHED: { ...owned, stepName: id },
  REASONING_START: { ...owned, messageId: id },
  REASONING_MESSAGE_START: { ...owned, messageId: id, role: oneOf('reasoning') },
  REASONING_MESSAGE_CONTENT: { ...owned, messageId: id, delta: text },
  REASONING_MESSAGE_END: { ...owned, messageId: id },
  REASONING_MESSAGE_CHUNK: { ...owned, messageId: optional(id), delta: optional(text) },
  REASONING_END: { ...owned, messageId: id },
  REASONING_ENCRYPTED_VALUE: { ...owned, subtype: oneOf('tool-call', 'message'), entityId: id, encryptedValue: text },
  SUBAGENT_STARTED: {
    ...base,
    subagentRunId: id,
    name: text,
    description: optional(text),
    parentSubagentRunId: optional(id),
    parentToolCallId: optional(id),
    parentMessageId: optional(id),
  },
  SUBAGENT_FINISHED: { ...base, subagentRunId: id, result: optional(json), outcome: optional(subagentOutcome) },
  SUBAGENT_ERROR: { ...base, subagentRunId: id, message: text, code: optional(text) },
}

const EVENTS: Readonly<Record<string, Shape>> = Object.fromEntries(
  Object.values(EventType).map((type) => [type, object({ type: oneOf(type), ...FIELDS[type] })]),
)

/** A clean copy of one event. @throws Refusal. `order.ts` decides whether the event may come now. */
export function checkEvent(input: unknown, budget: Budget): Event {
  const type = isRecord(input) ? input.type : undefined
  const shape = typeof type === 'string' && Object.hasOwn(EVENTS, type) ? EVENTS[type] : undefined
  if (!shape) return broken('The agent sent something that is not an AG-UI event.')
  return shape(input, budget, 'type') as Event
}
