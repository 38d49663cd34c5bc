import { expect, it } from 'vitest'
import { parsed, recordAll, recorderOf, say, start, stop, typesOf } from './testing/recorders.ts'

const refusals: readonly (readonly [string, readonly unknown[]])[] = [
  ['text without a start', [say('a')]],
  ['an end without a start', [stop]],
  ['a second start of an open text', [start, start]],
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
  ['a delta of another agent’s text', [start, { ...say('a'), subagentRunId: 's1' }]],
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
          { id: 'a', role: 'assistant', content: '' },
          { id: 'a', role: 'assistant', content: '' },
        ],
      },
    ],
  ],
  [
    'a snapshot that gives an open text another owner',
    [start, { type: 'MESSAGES_SNAPSHOT', messages: [{ id: 'm1', role: 'assistant', subagentRunId: 's1' }] }],
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

it('accepts an id again after its end, as AG-UI allows', () => {
  const recorder = recorderOf()
  recordAll(recorder, [start, say('a'), stop, start, say('b'), stop])
  expect(typesOf(recorder.take())).toHaveLength(6)
})

it('writes the owner into events that continue or close, whether the agent named it or not', () => {
  const recorder = recorderOf()
  recordAll(recorder, [{ ...start, subagentRunId: 's1' }, say('a'), stop])
  expect(parsed(recorder.take()).map(({ subagentRunId }) => subagentRunId)).toEqual(['s1', 's1', 's1'])
})

it('gives a tool call the owner of its parent message', () => {
  const recorder = recorderOf()
  recordAll(recorder, [
    { ...start, subagentRunId: 's1' },
    { type: 'TOOL_CALL_START', toolCallId: 'c1', toolCallName: 'f', parentMessageId: 'm1' },
  ])
  expect(parsed(recorder.take())[1]).toMatchObject({ subagentRunId: 's1' })
})
