import { EventType } from '@ag-ui/core'
import { EventSchema } from '@ag-ui/core/schemas'
import { describe, expect, it } from 'vitest'
import { checkEvent } from './check.ts'

const check = (input: unknown) => checkEvent(input, { size: 10_000, depth: 64 })

const parts = [
  { type: 'text', text: 'x' },
  { type: 'image', source: { type: 'url', value: 'https://x.test/a.png', mimeType: 'image/png' } },
  { type: 'audio', source: { type: 'data', value: 'AA==', mimeType: 'audio/wav' }, metadata: { a: 1 } },
  { type: 'video', id: 'p1', source: { type: 'file', value: 'f', provider: 'p' } },
  { type: 'document', source: { type: 'url', value: 'https://x.test/a.pdf' } },
]
const patch = [
  { op: 'add', path: '/a', value: null },
  { op: 'remove', path: '' },
  { op: 'replace', path: '/a~1b', value: [1] },
  { op: 'move', path: '/a', from: '/b' },
  { op: 'copy', path: '/a', from: '/b' },
  { op: 'test', path: '/a', value: 'x' },
]

/** One full event of each type: everything it may hold. */
const FULL: Readonly<Record<EventType, Record<string, unknown>>> = {
  TEXT_MESSAGE_START: {
    messageId: 'm',
    role: 'assistant',
    name: 'n',
    subagentRunId: 's',
    timestamp: 1,
    metadata: { a: null },
  },
  TEXT_MESSAGE_CONTENT: { messageId: 'm', delta: 'x' },
  TEXT_MESSAGE_END: { messageId: 'm' },
  TEXT_MESSAGE_CHUNK: { messageId: 'm', role: 'user', name: 'n', delta: 'x' },
  TOOL_CALL_START: { toolCallId: 'c', toolCallName: 'f', parentMessageId: 'm' },
  TOOL_CALL_ARGS: { toolCallId: 'c', delta: '{' },
  TOOL_CALL_END: { toolCallId: 'c' },
  TOOL_CALL_CHUNK: { toolCallId: 'c', toolCallName: 'f', parentMessageId: 'm', delta: '{' },
  TOOL_CALL_RESULT: { messageId: 'm', toolCallId: 'c', content: parts, role: 'tool' },
  STATE_SNAPSHOT: { snapshot: { deep: [{ a: null }] } },
  STATE_DELTA: { delta: patch },
  MESSAGES_SNAPSHOT: {
    messages: [
      { id: 'a', role: 'developer', content: 'x' },
      { id: 'b', role: 'system', content: 'x', name: 'n' },
      {
        id: 'c',
        role: 'assistant',
        toolCalls: [{ id: 't', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { id: 'd', role: 'user', content: parts },
      { id: 'e', role: 'tool', content: 'x', toolCallId: 't', error: 'no' },
      { id: 'f', role: 'activity', activityType: 'plan', content: { a: 1 } },
      { id: 'g', role: 'reasoning', content: 'x', encryptedValue: 'y', subagentRunId: 's', metadata: {} },
    ],
  },
  ACTIVITY_SNAPSHOT: { messageId: 'm', activityType: 'plan', content: { a: 1 }, replace: false },
  ACTIVITY_DELTA: { messageId: 'm', activityType: 'plan', patch },
  RAW: { event: null, source: 'x' },
  CUSTOM: { name: 'n', value: null },
  RUN_STARTED: {},
  RUN_FINISHED: {
    outcome: { type: 'success' },
    usage: [{ provider: 'p', model: 'm', inputTokens: 1, outputTokens: 0 }],
  },
  RUN_ERROR: { message: 'x', code: 'y', usage: [] },
  STEP_STARTED: { stepName: 'x' },
  STEP_FINISHED: { stepName: 'x' },
  REASONING_START: { messageId: 'm' },
  REASONING_MESSAGE_START: { messageId: 'm', role: 'reasoning' },
  REASONING_MESSAGE_CONTENT: { messageId: 'm', delta: 'x' },
  REASONING_MESSAGE_END: { messageId: 'm' },
  REASONING_MESSAGE_CHUNK: { messageId: 'm', delta: 'x' },
  REASONING_END: { messageId: 'm' },
  REASONING_ENCRYPTED_VALUE: { subtype: 'message', entityId: 'm', encryptedValue: 'x' },
  SUBAGENT_STARTED: {
    subagentRunId: 's',
    name: 'n',
    description: 'd',
    parentSubagentRunId: 'p',
    parentToolCallId: 'c',
    parentMessageId: 'm',
  },
  SUBAGENT_FINISHED: { subagentRunId: 's', result: [1], outcome: { type: 'suspended', interruptIds: ['i'] } },
  SUBAGENT_ERROR: { subagentRunId: 's', message: 'x', code: 'y' },
}

const TYPES = Object.values(EventType)

describe('each of the 31 events', () => {
  it.each(TYPES)('%s is copied with all of its fields, and with nothing else', (type) => {
    const event = { type, ...FULL[type] }
    const bloated = Object.assign(JSON.parse('{"__proto__":{"polluted":true}}'), event, { rawEvent: {}, extra: 'x' })
    const copy = check(bloated)
    expect(copy).toEqual(event)
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
    expect(copy).not.toBe(event)
    if (!type.startsWith('RUN_')) expect(EventSchema.safeParse(copy).error).toBeUndefined()
  })

  it.each(TYPES)('%s with a required field missing or wrong is refused', (type) => {
    for (const field of Object.keys(FULL[type])) {
      const wrong = { type, ...FULL[type], [field]: Symbol('x') }
      expect(() => check(wrong), field).toThrow(expect.objectContaining({ name: 'Refusal' }))
    }
  })
})

it('treats null in an optional field as absent, and keeps null that is data', () => {
  expect(check({ type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'f', parentMessageId: null })).toEqual({
    type: 'TOOL_CALL_START',
    toolCallId: 'c',
    toolCallName: 'f',
  })
  expect(check({ type: 'STATE_SNAPSHOT', snapshot: null })).toEqual({ type: 'STATE_SNAPSHOT', snapshot: null })
})

describe('opaque JSON', () => {
  const value = (given: unknown) => (check({ type: 'CUSTOM', name: 'n', value: given }) as { value: unknown }).value

  it('is copied as JSON.stringify sees it', () => {
    const date = new Date(0)
    const given = {
      date,
      nan: Number.NaN,
      gone: undefined,
      call: () => 1,
      list: [undefined, Symbol('x')],
      nested: { a: 1 },
    }
    expect(value(given)).toEqual(JSON.parse(JSON.stringify(given)))
  })

  it('loses keys that reach a prototype', () => {
    const copy = value(JSON.parse('{"__proto__":{"polluted":1},"a":{"__proto__":[]}}'))
    expect(JSON.stringify(copy)).toBe('{"a":{}}')
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
  })

  it.each([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a big integer', { a: 1n }],
    ['a value whose toJSON returns nothing', { toJSON: () => undefined }],
  ])('is refused when it is %s', (_, given) => {
    expect(() => value(given)).toThrow(
      expect.objectContaining({ failure: expect.objectContaining({ code: 'agent_protocol' }) }),
    )
  })

  it('is refused as metadata if its toJSON returns no object', () => {
    const metadata = new Date(0)
    expect(() => check({ type: 'STEP_STARTED', stepName: 'x', metadata })).toThrow('metadata')
  })
})

it.each(['/__proto__/x', '/a/__proto__', '/constructor/prototype/x'])(
  'refuses a patch into a prototype: %s',
  (path) => {
    expect(() => check({ type: 'STATE_DELTA', delta: [{ op: 'add', path, value: 1 }] })).toThrow('prototype')
  },
)

it.each(['a', '/~2', '~'])('refuses a patch whose path is not a JSON Pointer: %s', (path) => {
  expect(() => check({ type: 'STATE_DELTA', delta: [{ op: 'remove', path }] })).toThrow('JSON Pointer')
})

it.each([undefined, null, 1, 'x', [], {}, { type: 'NOPE' }, { type: 'toString' }, { type: '__proto__' }])(
  'refuses %j, which is not an event',
  (input) => {
    expect(() => check(input)).toThrow('not an AG-UI event')
  },
)

it.each(['', 'x'.repeat(257), 7])('refuses an id of %j', (messageId) => {
  expect(() => check({ type: 'TEXT_MESSAGE_END', messageId })).toThrow('messageId')
})

describe('questions', () => {
  const asking = (ids: readonly string[]) => {
    const interrupts = ids.map((each) => ({ id: each, reason: 'x' }))
    const event = { type: 'RUN_FINISHED', threadId: 't', runId: 'r', outcome: { type: 'interrupt', interrupts } }
    return checkEvent(event, { size: 1_000_000, depth: 64 })
  }
  const numbered = (count: number) => Array.from({ length: count }, (_, n) => `q${n}`)

  it('that cannot be answered in one request are refused: more than 1,000, or two with one id', () => {
    expect(asking(numbered(1_000))).toMatchObject({ outcome: { interrupts: { length: 1_000 } } })
    expect(() => asking(numbered(1_001))).toThrow('The agent asked more than 1000 questions at once.')
    expect(asking(['q1', 'q2', '__proto__'])).toBeDefined()
    expect(() => asking(['q1', 'q2', 'q1'])).toThrow('The agent asked two questions with the same id.')
  })
})
