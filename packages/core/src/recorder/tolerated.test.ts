/** An agent that somebody else wrote: its words are kept, what it may not say is passed over, its limits are the same. */
import { describe, expect, it } from 'vitest'
import { DEFAULT_RECORDER_LIMITS } from './limits.ts'
import { createRecorder } from './recorder.ts'
import { parsed, recordAll, say, start, stop, typesOf } from './testing/recorders.ts'

function tolerated(limits = {}) {
  const input = { threadId: 't1', runId: 'r1', messages: [{ id: 'q1', role: 'user' as const, content: 'Why?' }] }
  return createRecorder({ input, limits: { ...DEFAULT_RECORDER_LIMITS, ...limits }, tolerant: true })
}

function recorded(...events: readonly unknown[]) {
  const recorder = tolerated()
  recordAll(recorder, events)
  return { types: typesOf(recorder.take()), passedOver: Object.fromEntries(recorder.passedOver) }
}

const thought = (type: string) => ({ type: `REASONING_MESSAGE_${type}`, messageId: 'm1', delta: 'Hm' })
const call = (type: string) => ({ type: `TOOL_CALL_${type}`, toolCallId: 'c', toolCallName: 'f', delta: '{}' })
const result = { type: 'TOOL_CALL_RESULT', messageId: 'x', toolCallId: 'c', content: '' }

describe('deltas without a start', () => {
  it.each<[string, readonly unknown[], readonly string[]]>([
    ['are a text', [say('a'), stop], ['TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END']],
    [
      'continue a text after its end',
      [start, say('a'), stop, say('b')],
      ['TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END', 'TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT'],
    ],
    ['are a thought', [thought('CONTENT')], ['REASONING_MESSAGE_START', 'REASONING_MESSAGE_CONTENT']],
    ['are a call', [call('ARGS'), call('END')], ['TOOL_CALL_START', 'TOOL_CALL_ARGS', 'TOOL_CALL_END']],
    [
      'are a text of their sub-agent',
      [{ ...say('a'), subagentRunId: 's' }],
      ['TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT'],
    ],
    [
      'are the same text with and without chunks',
      [{ type: 'TEXT_MESSAGE_CHUNK', messageId: 'm1', delta: 'a' }, say('b'), stop],
      [
        'TEXT_MESSAGE_START',
        'TEXT_MESSAGE_CONTENT',
        'TEXT_MESSAGE_END',
        'TEXT_MESSAGE_START',
        'TEXT_MESSAGE_CONTENT',
        'TEXT_MESSAGE_END',
      ],
    ],
  ])('%s', (_, events, types) => {
    expect(recorded(...events)).toEqual({ types, passedOver: {} })
  })
})

it('a result ends the call that it answers', () => {
  expect(recorded(call('START'), result).types).toEqual(['TOOL_CALL_START', 'TOOL_CALL_END', 'TOOL_CALL_RESULT'])
})

it('a chunk without an id or a tool name, or with another role, is accepted', () => {
  const chunk = (kind: string, more: object) => ({ type: `${kind}_CHUNK`, delta: 'a', ...more })
  const { types, passedOver } = recorded(
    chunk('TEXT_MESSAGE', {}),
    chunk('TEXT_MESSAGE', { role: 'user' }),
    chunk('TOOL_CALL', { toolCallId: 'c' }),
    chunk('TEXT_MESSAGE', { messageId: 'x', subagentRunId: 's1' }),
    chunk('TEXT_MESSAGE', { messageId: 'x', subagentRunId: 's2' }),
    chunk('TEXT_MESSAGE', {}),
  )
  expect(types.filter((type) => type === 'TEXT_MESSAGE_START')).toHaveLength(3)
  expect(types).toContain('TOOL_CALL_ARGS')
  expect(passedOver).toEqual({})
})

it('two agents that use one id write two messages', () => {
  const recorder = tolerated()
  const by = (event: object, subagentRunId: string) => ({ ...event, subagentRunId })
  recordAll(recorder, [
    by(start, 's1'),
    by(start, 's2'),
    by(say('a'), 's1'),
    by(say('b'), 's2'),
    by(stop, 's1'),
    by(stop, 's2'),
  ])
  const deltas = parsed(recorder.take()).filter(({ delta }) => delta)
  expect(deltas).toMatchObject([
    { messageId: 'm1', subagentRunId: 's1', delta: 'a' },
    { messageId: 'r1:m1', subagentRunId: 's2', delta: 'b' },
  ])
})

describe('an event that is passed over and counted', () => {
  it.each<[string, readonly unknown[], Record<string, number>]>([
    [
      'an unknown type',
      [{ type: 'HEARTBEAT' }, { type: 'HEARTBEAT' }, { type: 'META_EVENT' }],
      { HEARTBEAT: 2, META_EVENT: 1 },
    ],
    ['a value that is not an event', [null, 7, 'ping', {}, { type: 'a b' }, { type: 'x'.repeat(65) }], { other: 6 }],
    [
      'an end of nothing',
      [stop, call('END'), thought('END')],
      { TEXT_MESSAGE_END: 1, TOOL_CALL_END: 1, REASONING_MESSAGE_END: 1 },
    ],
    ['a second start', [start, start, call('START'), call('START')], { TEXT_MESSAGE_START: 1, TOOL_CALL_START: 1 }],
    [
      'steps out of order',
      [
        { type: 'STEP_FINISHED', stepName: 's' },
        { type: 'STEP_STARTED', stepName: 's' },
        { type: 'STEP_STARTED', stepName: 's' },
      ],
      { STEP_FINISHED: 1, STEP_STARTED: 1 },
    ],
    [
      'a patch of nothing that can be patched',
      [
        { type: 'ACTIVITY_DELTA', messageId: 'q1', activityType: 'a', patch: [] },
        { type: 'STATE_DELTA', delta: 'x' },
      ],
      { ACTIVITY_DELTA: 1, STATE_DELTA: 1 },
    ],
    [
      'a sub-agent’s id again',
      [
        { type: 'SUBAGENT_STARTED', subagentRunId: 's', name: 'n', parentSubagentRunId: 'nobody' },
        { type: 'SUBAGENT_FINISHED', subagentRunId: 's' },
        { type: 'SUBAGENT_STARTED', subagentRunId: 's', name: 'n' },
      ],
      { SUBAGENT_STARTED: 1 },
    ],
  ])('%s', (_, events, passedOver) => {
    expect(recorded(...events).passedOver).toEqual(passedOver)
  })

  it('is counted under few names, whatever an agent invents', () => {
    const events = Array.from({ length: 1_000 }, (_, n) => ({ type: `T${n}` }))
    const { passedOver } = recorded(...events)
    expect(Object.keys(passedOver)).toHaveLength(17)
    expect(passedOver.other).toBe(984)
  })
})

it('a run whose end cannot be read is no success', () => {
  const outcome = { type: 'exploded' }
  expect(tolerated().record({ type: 'RUN_FINISHED', outcome })).toMatchObject({ failure: { code: 'agent_protocol' } })
})

it('a tolerated agent has the same limits as every agent', () => {
  expect(tolerated({ maxEvents: 1 }).record({ type: 'HEARTBEAT' })).toEqual({ type: 'recorded' })
  const recorder = tolerated({ maxEvents: 2 })
  recordAll(recorder, [{ type: 'HEARTBEAT' }, { type: 'HEARTBEAT' }])
  expect(recorder.record({ type: 'HEARTBEAT' })).toMatchObject({ failure: { code: 'limit_exceeded' } })
  expect(tolerated({ maxEventBytes: 10 }).record(say('x'.repeat(20)))).toMatchObject({
    failure: { code: 'limit_exceeded' },
  })
})
