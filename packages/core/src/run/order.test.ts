import { expect, it } from 'vitest'
import { createRecorder, DEFAULT_RECORDER_LIMITS } from './recorder.ts'
import { parsed, recordAll, recorderOf, say, start, stop, typesOf } from './testing/recorders.ts'

const refusals: readonly (readonly [string, readonly unknown[]])[] = [
  ['text without a start', [say('a')]],
  ['an end without a start', [stop]],
  ['a start of what is open', [start, start]],
  ['text after the end', [start, stop, say('a')]],
  ['arguments of no call', [{ type: 'TOOL_CALL_ARGS', toolCallId: 'c1', delta: '{' }]],
  ['an end of no call', [{ type: 'TOOL_CALL_END', toolCallId: 'c1' }]],
  [
    'the end of a step of another agent',
    [
      { type: 'STEP_STARTED', stepName: 'x' },
      { type: 'STEP_FINISHED', stepName: 'x', subagentRunId: 's1' },
    ],
  ],
  ['another agent going on with a text', [start, { ...say('a'), subagentRunId: 's1' }]],
  ['a message given to it', [{ ...start, messageId: 'q1' }]],
  [
    'a tool result under the id of a message',
    [start, stop, { type: 'TOOL_CALL_RESULT', messageId: 'm1', toolCallId: 'c1', content: '' }],
  ],
  [
    'reasoning under the id of a text',
    [start, stop, { type: 'REASONING_MESSAGE_START', messageId: 'm1', role: 'reasoning' }],
  ],
  [
    'a sub-agent twice',
    [
      { type: 'SUBAGENT_STARTED', subagentRunId: 's1', name: 'n' },
      { type: 'SUBAGENT_FINISHED', subagentRunId: 's1' },
      { type: 'SUBAGENT_STARTED', subagentRunId: 's1', name: 'n' },
    ],
  ],
  [
    'a patch of a message that is no activity',
    [{ type: 'ACTIVITY_DELTA', messageId: 'q1', activityType: 'a', patch: [] }],
  ],
  [
    'a snapshot with one id twice',
    [
      {
        type: 'MESSAGES_SNAPSHOT',
        messages: [
          { id: 'a', role: 'user', content: '' },
          { id: 'a', role: 'user', content: '' },
        ],
      },
    ],
  ],
  [
    'a snapshot that gives an open text away',
    [start, { type: 'MESSAGES_SNAPSHOT', messages: [{ id: 'm1', role: 'assistant', subagentRunId: 's1' }] }],
  ],
  [
    'a snapshot that makes a message another kind',
    [{ type: 'MESSAGES_SNAPSHOT', messages: [{ id: 'q1', role: 'reasoning', content: '' }] }],
  ],
  ['a first chunk without an id', [{ type: 'TEXT_MESSAGE_CHUNK', delta: 'a' }]],
  ['a first tool chunk without a name', [{ type: 'TOOL_CALL_CHUNK', toolCallId: 'c1', delta: 'a' }]],
  [
    'a chunk that changes its role',
    [
      { type: 'TEXT_MESSAGE_CHUNK', messageId: 'm1' },
      { type: 'TEXT_MESSAGE_CHUNK', role: 'user' },
    ],
  ],
]

it.each(refusals)('refuses %s as agent_protocol, with nothing of it kept', (_, events) => {
  const recorder = recorderOf()
  recordAll(recorder, events.slice(0, -1))
  const before = recorder.pendingBytes()
  expect(recorder.record(events.at(-1))).toMatchObject({ type: 'refused', failure: { code: 'agent_protocol' } })
  expect(recorder.pendingBytes()).toBe(before)
})

it.each([
  ['an id', { ...say('a'), messageId: '' }],
  ['a delta', { ...say('a'), delta: null }],
  ['an owner', { ...say('a'), subagentRunId: 7 }],
  ['a timestamp', { ...say('a'), timestamp: 1.5 }],
])('refuses a delta with something else for %s', (_, event) => {
  const recorder = recorderOf()
  recordAll(recorder, [start])
  expect(recorder.record(event)).toMatchObject({ type: 'refused', failure: { code: 'agent_protocol' } })
})

it('knows the calls of the messages it was given: another agent cannot open one again', () => {
  const toolCalls = [{ id: 'c1', type: 'function' as const, function: { name: 'f', arguments: '{}' } }]
  const messages = [{ id: 'q2', role: 'assistant' as const, subagentRunId: 's1', toolCalls }]
  const input = { threadId: 't1', runId: 'r1', messages }
  const recorder = createRecorder({ input, limits: DEFAULT_RECORDER_LIMITS })
  const again = { type: 'TOOL_CALL_START', toolCallId: 'c1', toolCallName: 'f', subagentRunId: 's2' }
  expect(recorder.record(again).type).toBe('refused')
})

it('takes an id up again after its end, as AG-UI allows', () => {
  const recorder = recorderOf()
  recordAll(recorder, [start, say('a'), stop, start, say('b'), stop])
  expect(typesOf(recorder.take())).toHaveLength(6)
})

it('writes the owner on what continues and closes, whether the agent said it or not', () => {
  const recorder = recorderOf()
  recordAll(recorder, [{ ...start, subagentRunId: 's1' }, say('a'), stop])
  expect(parsed(recorder.take()).map(({ subagentRunId }) => subagentRunId)).toEqual(['s1', 's1', 's1'])
})

it('gives a tool call the owner of the message it hangs on', () => {
  const recorder = recorderOf()
  recordAll(recorder, [
    { ...start, subagentRunId: 's1' },
    { type: 'TOOL_CALL_START', toolCallId: 'c1', toolCallName: 'f', parentMessageId: 'm1' },
  ])
  expect(parsed(recorder.take())[1]).toMatchObject({ subagentRunId: 's1' })
})
