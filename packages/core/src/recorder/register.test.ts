/** Whatever ids an agent uses, what it says in a run has names that nothing else in the thread has. */
import type { Message } from '@ag-ui/core'
import { describe, expect, it } from 'vitest'
import { DEFAULT_RECORDER_LIMITS } from './limits.ts'
import { nthName } from './names.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { parsed, recordAll } from './testing/recorders.ts'

const called = (id: string) => ({ id, type: 'function' as const, function: { name: 'f', arguments: '{}' } })
const GIVEN: Message[] = [
  { id: 'q', role: 'user', content: 'One?' },
  { id: 'm', role: 'assistant', content: 'First.', toolCalls: [called('c')] },
  { id: 'res', role: 'tool', toolCallId: 'c', content: 'ok' },
  { id: 'plan', role: 'activity', activityType: 'plan', content: {} },
  { id: 'q2', role: 'user', content: 'Two?' },
]

interface Given {
  readonly messages?: Message[]
  readonly resume?: { readonly interruptId: string; readonly status: 'resolved' }[]
  readonly tolerant?: boolean
}

function recorderOf({ messages = GIVEN, resume, tolerant = false }: Given = {}): Recorder {
  const input = { threadId: 't', runId: 'r', messages, ...(resume && { resume }) }
  return createRecorder({ input, limits: DEFAULT_RECORDER_LIMITS, tolerant })
}

function recorded(events: readonly unknown[], given: Given = {}): Record<string, unknown>[] {
  const recorder = recorderOf(given)
  recordAll(recorder, events)
  return parsed(recorder.take())
}

const text = (messageId: string, delta = 'x') => [
  { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' },
  { type: 'TEXT_MESSAGE_CONTENT', messageId, delta },
  { type: 'TEXT_MESSAGE_END', messageId },
]
const thought = (messageId: string, delta = 'x') => [
  { type: 'REASONING_START', messageId },
  { type: 'REASONING_MESSAGE_START', messageId, role: 'reasoning' },
  { type: 'REASONING_MESSAGE_CONTENT', messageId, delta },
  { type: 'REASONING_MESSAGE_END', messageId },
  { type: 'REASONING_END', messageId },
]
const call = (toolCallId: string, more: object = {}) => [
  { type: 'TOOL_CALL_START', toolCallId, toolCallName: 'f', ...more },
  { type: 'TOOL_CALL_ARGS', toolCallId, delta: '{}' },
  { type: 'TOOL_CALL_END', toolCallId },
]
const result = (toolCallId: string, messageId = 'res') => ({
  type: 'TOOL_CALL_RESULT',
  messageId,
  toolCallId,
  content: 'ok',
})
const idsOf = (events: readonly Record<string, unknown>[], field = 'messageId') => [
  ...new Set(events.map((event) => event[field])),
]

describe('an id of an earlier run', () => {
  it.each<[string, readonly unknown[]]>([
    ['a text', text('m')],
    ['a text under the id of the person’s message', text('q2')],
    ['a thought', thought('m')],
    ['a tool’s result', [result('c', 'm')]],
    ['an activity', [{ type: 'ACTIVITY_SNAPSHOT', messageId: 'plan', activityType: 'plan', content: {} }]],
  ])('becomes one of this run in every event of %s', (_, events) => {
    const [id] = idsOf(events as Record<string, unknown>[])
    expect(idsOf(recorded(events))).toEqual([`r:${id}`])
  })

  it('becomes an id of this run in a call, its arguments, end and result, and in every reference', () => {
    const recorder = recorderOf()
    recordAll(recorder, [
      ...call('c', { parentMessageId: 'm' }),
      result('c'),
      { type: 'REASONING_ENCRYPTED_VALUE', subtype: 'tool-call', entityId: 'c', encryptedValue: '?' },
      { type: 'SUBAGENT_STARTED', subagentRunId: 's', name: 'n', parentToolCallId: 'c', parentMessageId: 'm' },
    ])
    const events = parsed(recorder.take())
    expect(
      events.map(({ toolCallId, parentToolCallId, entityId }) => toolCallId ?? parentToolCallId ?? entityId),
    ).toEqual(Array.from({ length: 6 }, () => 'r:c'))
    expect(events[0]).toMatchObject({ parentMessageId: 'r:m' })
    expect(events[3]).toMatchObject({ messageId: 'r:res' })
    expect(events[5]).toMatchObject({ parentMessageId: 'r:m' })
    const asks = { type: 'interrupt', interrupts: [{ id: 'i', reason: 'approval', toolCallId: 'c' }] }
    expect(recorder.record({ type: 'RUN_FINISHED', outcome: asks })).toMatchObject({
      outcome: { interrupts: [{ toolCallId: 'r:c' }] },
    })
  })

  it('stays unchanged where it names a given call, which waited for this run', () => {
    const messages = GIVEN.slice(0, 2)
    expect(recorded([result('c', 'fresh')], { messages })).toMatchObject([{ messageId: 'fresh', toolCallId: 'c' }])
    const secret = { type: 'REASONING_ENCRYPTED_VALUE', subtype: 'message', entityId: 'm', encryptedValue: '?' }
    const patch = { type: 'ACTIVITY_DELTA', messageId: 'plan', activityType: 'plan', patch: [] }
    expect(recorded([secret, patch])).toMatchObject([{ entityId: 'm' }, { messageId: 'plan' }])
  })

  it('may be announced again if this run answers that call', () => {
    const resume = [{ interruptId: 'i', status: 'resolved' as const }]
    const answered = recorded([...call('c'), result('c')], { messages: GIVEN.slice(0, 2), resume })
    expect(idsOf(answered, 'toolCallId')).toEqual(['c'])
    expect(idsOf(recorded(call('c'), { resume }), 'toolCallId')).toEqual(['r:c'])
  })

  it('becomes an id of allowed length, however long it is', () => {
    const id = 'x'.repeat(256)
    const messages: Message[] = [{ id, role: 'user', content: '' }]
    const events = recorded([...text(id), result('n', id), result('n', id)], { messages })
    const names = idsOf(events) as string[]
    expect(names).toHaveLength(3)
    for (const name of names) expect(name.length).toBeLessThanOrEqual(256)
    expect(recorderOf({ messages }).resume(events)).toEqual({ type: 'recorded' })
  })
})

it('one id for a thought, a text, an activity and two results makes five entities', () => {
  const activity = { type: 'ACTIVITY_SNAPSHOT', messageId: 'a', activityType: 'plan', content: {} }
  const events = recorded([...thought('a'), ...text('a'), activity, result('c', 'a'), result('d', 'a'), ...text('a')])
  expect(idsOf(events)).toEqual(['a', 'r:a', 'r:a:2', 'r:a:3', 'r:a:4'])
})

it('an id that looks like a made name does not clash', () => {
  expect(idsOf(recorded([...text('r:m'), ...text('m'), ...text('r:m'), ...text('m')]))).toEqual(['r:m', 'r:m:2'])
})

describe('a snapshot', () => {
  const snapshot = (...messages: object[]) => ({ type: 'MESSAGES_SNAPSHOT', messages })
  const user = (id: string, content = 'Two?') => ({ id, role: 'user', content })
  const assistant = (id: string, content: string, ...calls: string[]) => ({
    id,
    role: 'assistant',
    content,
    ...(calls.length > 0 && { toolCalls: calls.map(called) }),
  })
  const namesIn = (events: readonly unknown[], given: Given = {}) =>
    messagesIn(recorded(events, given)).map((message) => [message.id, message.content])

  const messagesIn = (events: readonly Record<string, unknown>[]) => (events.at(-1) as { messages: Message[] }).messages

  it.each([
    ['by its words', user('own', ' Two? ')],
    ['by its text in parts', { id: 'own', role: 'user', content: [{ type: 'text', text: 'Two?' }] }],
    ['by its place, if the agent has added text around it', user('own', 'Context: none. Two?')],
  ])('knows the person’s last message under another id: %s', (_, restated) => {
    expect(namesIn([snapshot(restated, assistant('new', 'Yes.'))]).map(([id]) => id)).toEqual(['q2', 'new'])
  })

  it('of past messages under their own ids adds nothing', () => {
    expect(namesIn([snapshot(user('q', 'One?'))])).toEqual([['q', 'One?']])
    const messages: Message[] = [...GIVEN.slice(0, 2), { id: 'res', role: 'tool', toolCallId: 'c', content: 'ok' }]
    expect(
      namesIn([snapshot(user('x', 'One?'), assistant('y', 'First.', 'c'))], { messages }).map(([id]) => id),
    ).toEqual(['q', 'y'])
  })

  it('keeps the ids of the past, leaves out unknown past messages, and names the rest', () => {
    const messages = [
      { id: 'sys', role: 'system', content: 'Be good.' },
      user('x1', 'One?'),
      assistant('m', 'First.', 'c'),
      user('own'),
      assistant('m', 'Second.', 'c'),
      { id: 'res', role: 'tool', toolCallId: 'c', content: 'ok' },
    ]
    expect(recorded([snapshot(...messages)])[0]?.messages).toMatchObject([
      { id: 'q', role: 'user' },
      { id: 'm', toolCalls: [{ id: 'c' }] },
      { id: 'q2' },
      { id: 'r:m', toolCalls: [{ id: 'r:c' }] },
      { id: 'r:res', toolCallId: 'r:c' },
    ])
  })

  it('names the run’s messages as the run did, even if one id occurs twice', () => {
    const messages = [user('q', 'One?'), assistant('m', 'First.'), user('q2'), assistant('m', 'x')]
    expect(namesIn([...text('m'), snapshot(...messages)])).toEqual([
      ['q', 'One?'],
      ['m', 'First.'],
      ['q2', 'Two?'],
      ['r:m', 'x'],
    ])
  })

  it('that does not reach back restates messages with the same text, and adds the others', () => {
    expect(namesIn([snapshot(user('q', 'One?'), assistant('m', 'First.'))]).map(([id]) => id)).toEqual(['q', 'm'])
    expect(namesIn([snapshot(assistant('m', 'First.'), assistant('n', 'Yes.'))]).map(([id]) => id)).toEqual(['m', 'n'])
    expect(namesIn([snapshot(assistant('m', 'Second.'))])).toEqual([['r:m', 'Second.']])
    expect(namesIn([...text('m', 'First.'), snapshot(assistant('m', 'First.'))])).toEqual([['r:m', 'First.']])
  })

  it('without a person’s messages is the answer, even if it repeats an earlier text', () => {
    expect(namesIn([snapshot(assistant('m', 'First.'))])).toEqual([['r:m', 'First.']])
  })

  it('matches a message by the call that it holds, and a result by the call that it answers', () => {
    const said = [...call('k', { parentMessageId: 'p' }), result('k', 'streamed')]
    const messages = [
      user('q2'),
      assistant('other', '', 'k'),
      { id: 'z', role: 'tool', toolCallId: 'k', content: 'ok' },
    ]
    expect(namesIn([...said, snapshot(...messages)]).map(([id]) => id)).toEqual(['q2', 'p', 'streamed'])
  })

  it('of a tolerated agent that holds one id twice adds two messages', () => {
    const messages = [user('q2'), assistant('n', 'a'), assistant('n', 'b')]
    const events = recorded([snapshot(...messages)], { tolerant: true })
    expect(events[0]?.messages).toMatchObject([{ id: 'q2' }, { id: 'n' }, { id: 'r:n' }])
  })

  it('of a tolerated agent never changes the owner of an open item', () => {
    const open = [
      { type: 'TEXT_MESSAGE_START', messageId: 'a', subagentRunId: 's1' },
      { type: 'TOOL_CALL_START', toolCallId: 'k', toolCallName: 'f' },
    ]
    const events = recorded([...open, snapshot({ ...assistant('a', 'x', 'k'), subagentRunId: 's2' })], {
      tolerant: true,
    })
    expect(events.at(-1)?.messages).toMatchObject([{ id: 'a', subagentRunId: 's1', toolCalls: [] }])
  })
})

describe('resuming a run', () => {
  it('continues under the same names, whether the agent uses its own ids or those of the log', () => {
    for (const id of ['m', 'r:m']) {
      const first = recorderOf()
      recordAll(first, text('m', 'Half ').slice(0, 2))
      const written = parsed(first.take())
      const second = recorderOf()
      expect(second.resume(written)).toEqual({ type: 'recorded' })
      recordAll(second, [...text(id).slice(1), ...text('n'), ...text(id)])
      expect(idsOf(parsed(second.take()))).toEqual(['r:m', 'n'])
    }
  })

  it('finds each entity of one id by its kind, and does not take given messages for its own', () => {
    const snapshot = {
      type: 'MESSAGES_SNAPSHOT',
      messages: [...GIVEN, { id: 'brought', role: 'assistant', content: '' }],
    }
    const first = recorderOf()
    recordAll(first, [...thought('a'), ...text('a'), ...call('c'), snapshot])
    const second = recorderOf()
    second.resume(parsed(first.take()))
    recordAll(second, [...text('a', 'more'), ...thought('a'), ...call('c'), ...text('m'), ...text('brought')])
    const events = parsed(second.take())
    const named = (prefix: string) => idsOf(events.filter(({ type }) => String(type).startsWith(prefix)))
    expect(named('TEXT')).toEqual(['r:a', 'r:m', 'brought'])
    expect(named('REASONING')).toEqual(['a'])
    expect(idsOf(events, 'toolCallId')).toContain('r:c')
    expect(idsOf(events, 'toolCallId')).not.toContain('c')
  })
})

it('giving names takes linear time, even for one id', () => {
  const recorder = recorderOf()
  for (let n = 0; n < 20_000; n++) recorder.record(result('c', 'm'))
  expect(parsed(recorder.take()).at(-1)).toMatchObject({ messageId: nthName('r', 'm', 20_000) })
})
