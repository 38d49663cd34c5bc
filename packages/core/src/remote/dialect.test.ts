import { describe, expect, it } from 'vitest'
import { createDialect } from './dialect.ts'

/** Everything an agent says in one run, in the words of AG-UI 1.0. */
function read(...said: readonly unknown[]): unknown[] {
  const dialect = createDialect()
  return said.map((one) => dialect.read(one))
}
const one = (said: object) => read(said)[0]

describe('a type', () => {
  it.each([
    ['THINKING_START', 'REASONING_START'],
    ['THINKING_END', 'REASONING_END'],
    ['THINKING_TEXT_MESSAGE_START', 'REASONING_MESSAGE_START'],
    ['THINKING_TEXT_MESSAGE_CONTENT', 'REASONING_MESSAGE_CONTENT'],
    ['THINKING_TEXT_MESSAGE_END', 'REASONING_MESSAGE_END'],
    ['THINKING_TEXT_MESSAGE_CHUNK', 'REASONING_MESSAGE_CHUNK'],
    ['THINKING_MESSAGE_CONTENT', 'REASONING_MESSAGE_CONTENT'],
    ['THINKING_CONTENT', 'REASONING_MESSAGE_CONTENT'],
    ['TextMessageStart', 'TEXT_MESSAGE_START'],
    ['text_message_content', 'TEXT_MESSAGE_CONTENT'],
    ['run-finished', 'RUN_FINISHED'],
  ])('%s is %s', (said, meant) => {
    expect(one({ type: said, messageId: 'm', delta: 'x' })).toMatchObject({ type: meant })
  })

  it('that is unknown, and what is not an event, is passed on unchanged', () => {
    const said = [{ type: 'META_EVENT', x: 1 }, { type: 'constructor' }, { type: 7 }, {}, null, 7, 'ping', []]
    expect(read(...said)).toEqual(said)
  })
})

describe('a thought', () => {
  it('of old names has an id of its own each time, and its title beside it', () => {
    const thinking = [
      { type: 'THINKING_START', title: 'Weighing' },
      { type: 'THINKING_TEXT_MESSAGE_START' },
      { type: 'THINKING_TEXT_MESSAGE_CONTENT', delta: 'Hm' },
      { type: 'THINKING_TEXT_MESSAGE_END' },
      { type: 'THINKING_END' },
    ]
    const events = read(...thinking, ...thinking) as { messageId: string }[]
    const ids = events.map(({ messageId }) => messageId)
    expect(events[0]).toMatchObject({ metadata: { title: 'Weighing' } })
    expect(ids[0]).toBe(ids[4])
    expect(new Set(ids.slice(1, 4)).size).toBe(1)
    expect(new Set([ids[0], ids[1], ids[5], ids[6]]).size).toBe(4)
  })

  it('is one under any role, and so is a text under the role of one, until the id is a text again', () => {
    const start = (role: string) => ({ type: 'TEXT_MESSAGE_START', messageId: 'm', role })
    const rest = [
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'x' },
      { type: 'TEXT_MESSAGE_END', messageId: 'm' },
    ]
    expect(one({ type: 'REASONING_MESSAGE_START', messageId: 'm', role: 'assistant' })).toMatchObject({
      role: 'reasoning',
    })
    expect(read(start('thinking'), ...rest, start('ai'), ...rest)).toMatchObject([
      { type: 'REASONING_MESSAGE_START', role: 'reasoning' },
      { type: 'REASONING_MESSAGE_CONTENT' },
      { type: 'REASONING_MESSAGE_END' },
      { type: 'TEXT_MESSAGE_START', role: 'assistant' },
      { type: 'TEXT_MESSAGE_CONTENT' },
      { type: 'TEXT_MESSAGE_END' },
    ])
    expect(one({ type: 'TEXT_MESSAGE_CHUNK', messageId: 'm', role: 'reasoning', delta: 'x' })).toEqual({
      type: 'REASONING_MESSAGE_CHUNK',
      messageId: 'm',
      delta: 'x',
    })
  })
})

describe('a field', () => {
  const delta = (more: object) => one({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'x', ...more })

  it.each([
    ['2026-01-01T00:00:00Z', 1_767_225_600_000],
    ['1700000000000', 1_700_000_000_000],
    [1_700_000_000.25, 1_700_000_000_250],
    [1_700_000_000_000.4, 1_700_000_000_000],
    [1.5, 1_500],
    [7, 7],
    [1e300, undefined],
    [-9e15, undefined],
    ['9007199254740993', undefined],
    [null, undefined],
    ['yesterday', undefined],
    [{}, undefined],
  ])('timestamp %j is %j', (timestamp, meant) => {
    expect(delta({ timestamp })).toEqual({
      type: 'TEXT_MESSAGE_CONTENT',
      messageId: 'm',
      delta: 'x',
      ...(meant !== undefined && { timestamp: meant }),
    })
  })

  it('that is optional may be null or nonsense, and Python may spell it', () => {
    expect(delta({ metadata: null, subagentRunId: null, rawEvent: null })).toEqual(delta({}))
    expect(delta({ metadata: 'x', subagentRunId: {} })).toEqual(delta({}))
    expect(
      one({
        type: 'TOOL_CALL_START',
        tool_call_id: 'c',
        tool_call_name: 'f',
        parent_message_id: 'm',
        subagent_run_id: 's',
      }),
    ).toEqual({ type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'f', parentMessageId: 'm', subagentRunId: 's' })
  })

  it.each<[object, string]>([
    [{ delta: 7 }, '7'],
    [{ delta: null }, ''],
    [{ delta: undefined, content: 'y' }, 'y'],
    [
      {
        delta: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      'ab',
    ],
    [{ delta: { text: 'z' } }, 'z'],
  ])('of words may be %j', (given, meant) => {
    expect(delta(given)).toMatchObject({ delta: meant })
  })

  it('id may be a number, or be left out: it is that of what was begun last, also of each sub-agent', () => {
    expect(
      read(
        { type: 'TEXT_MESSAGE_START', messageId: 7 },
        { type: 'TEXT_MESSAGE_CONTENT', delta: 'a' },
        { type: 'TEXT_MESSAGE_START', subagentRunId: 's', messageId: 'own' },
        { type: 'TEXT_MESSAGE_CONTENT', subagentRunId: 's', delta: 'b' },
        { type: 'TEXT_MESSAGE_END' },
        { type: 'TOOL_CALL_START', toolCallName: 'f' },
        { type: 'TOOL_CALL_ARGS', delta: '{}' },
        { type: 'TOOL_CALL_END' },
        { type: 'TOOL_CALL_RESULT', content: 'ok' },
      ).map((event) => {
        const { messageId, toolCallId } = event as Record<string, unknown>
        return [messageId, toolCallId]
      }),
    ).toEqual([
      ['7', undefined],
      ['7', undefined],
      ['own', undefined],
      ['own', undefined],
      ['7', undefined],
      [undefined, 'call-1'],
      [undefined, 'call-1'],
      [undefined, 'call-1'],
      ['result-call-1', 'call-1'],
    ])
  })

  it.each([
    [{ a: 1 }, '{"a":1}'],
    [null, 'null'],
    [7, '7'],
    [[], '[]'],
    [[1], '[1]'],
    ['x', 'x'],
    [[{ type: 'text', text: 'x' }], [{ type: 'text', text: 'x' }]],
  ])('content of a result may be %j', (content, meant) => {
    expect(one({ type: 'TOOL_CALL_RESULT', messageId: 'r', toolCallId: 'c', content })).toMatchObject({
      content: meant,
    })
  })

  it('of arguments may be an object', () => {
    expect(one({ type: 'TOOL_CALL_ARGS', toolCallId: 'c', delta: { a: 1 } })).toMatchObject({ delta: '{"a":1}' })
    expect(one({ type: 'TOOL_CALL_ARGS', toolCallId: 'c', args: { a: 1 } })).toMatchObject({ delta: '{"a":1}' })
    expect(one({ type: 'TOOL_CALL_CHUNK', toolCallId: 'c', toolCallName: 'f' })).not.toHaveProperty('delta')
  })

  it('of a state may hold anything, also null, and one operation may stand alone', () => {
    expect(one({ type: 'STATE_SNAPSHOT', snapshot: null })).toEqual({ type: 'STATE_SNAPSHOT', snapshot: null })
    expect(one({ type: 'STATE_DELTA', delta: { op: 'remove', path: '/a' } })).toMatchObject({
      delta: [{ op: 'remove' }],
    })
  })
})

describe('an end', () => {
  it.each([
    [
      { message: 'bad luck', code: 500 },
      { message: 'bad luck', code: '500' },
    ],
    [{}, { message: '' }],
    [{ message: null, error: { message: 'no', code: 7 } }, { message: 'no' }],
    [{ error: 'no' }, { message: 'no' }],
    [{ message: { text: 'no' } }, { message: 'no' }],
  ])('in an error is read from %j', (said, meant) => {
    expect(one({ type: 'RUN_ERROR', ...said })).toEqual({ type: 'RUN_ERROR', ...meant })
  })

  it.each<[unknown, unknown]>([
    [null, undefined],
    ['success', { type: 'success' }],
    [{ type: 'SUCCESS' }, { type: 'success' }],
    [{ type: 'failed' }, { type: 'failed' }],
    ['cancelled', { type: 'cancelled' }],
    [
      { type: 'interrupt', interrupts: [{ id: 7, value: 'Sure?', tool_call_id: 'c' }, null] },
      {
        type: 'interrupt',
        interrupts: [{ id: '7', reason: 'interrupt', message: 'Sure?', toolCallId: 'c', metadata: { value: 'Sure?' } }],
      },
    ],
  ])('with the outcome %j has the outcome %j', (outcome, meant) => {
    expect(one({ type: 'RUN_FINISHED', threadId: 't', runId: 'r', outcome })).toEqual({
      type: 'RUN_FINISHED',
      threadId: 't',
      runId: 'r',
      ...(meant !== undefined && { outcome: meant }),
    })
  })

  it('tells what was spent, as far as that can be counted', () => {
    const usage = [{ model: 'm', input_tokens: '7', outputTokens: 2.5, x: 1 }, null, {}]
    expect(one({ type: 'RUN_FINISHED', usage })).toMatchObject({ usage: [{ model: 'm', inputTokens: 7 }] })
    expect(one({ type: 'RUN_FINISHED', usage: 'much' })).not.toHaveProperty('usage')
  })

  it('of a sub-agent is passed on without its stack', () => {
    const message = 'No.\n  File "/app/a.py", line 3, in f'
    expect(one({ type: 'SUBAGENT_ERROR', subagentRunId: 's', message })).toMatchObject({ message: 'No.' })
  })
})

it('a snapshot holds the messages that are some, in their words', () => {
  const messages = [
    { id: 1, role: 'human', content: [{ type: 'text', text: 'Hi' }] },
    { id: 'a', role: 'ai', content: [{ type: 'text', text: 'Hello' }], tool_calls: null, name: null },
    { id: 'b', type: 'ai', content: null, tool_calls: [{ id: 'c', name: 'f', args: { x: 1 } }, { name: 'none' }] },
    { id: 'd', role: 'tool', tool_call_id: 'c', content: { ok: true } },
    { id: 'e', role: 'tool', content: 'of no call' },
    { id: 'f', role: 'thinking', content: 'Hm' },
    { role: 'system', content: 'Be good.' },
    { id: 'g', role: 'stranger', content: 'x' },
    null,
    'x',
  ]
  expect(one({ type: 'MESSAGES_SNAPSHOT', messages })).toEqual({
    type: 'MESSAGES_SNAPSHOT',
    messages: [
      { id: '1', role: 'user', content: 'Hi' },
      { id: 'a', role: 'assistant', content: 'Hello' },
      {
        id: 'b',
        role: 'assistant',
        toolCalls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"x":1}' } }],
      },
      { id: 'd', role: 'tool', toolCallId: 'c', content: '{"ok":true}' },
      { id: 'f', role: 'reasoning', content: 'Hm' },
      { id: 'message-7', role: 'system', content: 'Be good.' },
    ],
  })
})
