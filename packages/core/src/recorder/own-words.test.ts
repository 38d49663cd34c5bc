import { describe, expect, it } from 'vitest'
import { DEFAULT_RECORDER_LIMITS } from './limits.ts'
import { SUPERSEDED_LIMIT } from './own-words.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { parsed, recordAll, recorderOf, SUCCEEDED, say, start, stop } from './testing/recorders.ts'

const by = (event: object, subagentRunId = 's1') => ({ ...event, subagentRunId })
const child = { type: 'SUBAGENT_STARTED', subagentRunId: 's1', name: 'helper' }
const call = (toolCallId: string) => [
  { type: 'TOOL_CALL_START', toolCallId, toolCallName: 'look' },
  { type: 'TOOL_CALL_END', toolCallId },
]
const superseded = (...messageIds: readonly unknown[]) => ({
  type: 'CUSTOM',
  name: 'holdfast.superseded',
  value: { messageIds },
})
const progress = (toolCallId: unknown) => ({
  type: 'CUSTOM',
  name: 'holdfast.progress',
  value: { toolCallId, text: 'half' },
})
const last = (recorder: Recorder) => parsed(recorder.take()).at(-1)

describe('superseded messages', () => {
  it('are named as in the log, whatever the agent calls them', () => {
    const recorder = recorderOf()
    const thought = ['START', 'END'].map((end) => ({
      type: `REASONING_MESSAGE_${end}`,
      messageId: 'm1',
      role: 'reasoning',
    }))
    recordAll(recorder, [{ ...start, messageId: 'q1' }, { ...stop, messageId: 'q1' }, ...thought, ...call('c1')])
    recordAll(recorder, [superseded('q1', 'm1', 'c1')])
    expect(last(recorder)?.value).toEqual({ messageIds: ['r1:q1', 'm1', 'c1'] })
  })

  it('may be those that an earlier worker wrote, once they are closed', () => {
    const input = { threadId: 't1', runId: 'r1', messages: [] }
    const recorder = createRecorder({ input, limits: DEFAULT_RECORDER_LIMITS })
    recorder.resume([{ type: 'TEXT_MESSAGE_START', messageId: 'r1:m1' }, say('half', 'r1:m1')])
    recordAll(recorder, [{ ...stop, messageId: 'r1:m1' }, superseded('r1:m1')])
    expect(last(recorder)?.value).toEqual({ messageIds: ['r1:m1'] })
  })

  it.each([
    ['was given', [superseded('q1')]],
    ['nobody wrote', [superseded('unknown')]],
    ['is open', [start, superseded('m1')]],
    ['holds a call that is open', [start, stop, { ...call('c1')[0], parentMessageId: 'm1' }, superseded('m1')]],
    ['is a sub-agent’s', [child, by(start), by(stop), superseded('m1')]],
    ['is the run’s, by a sub-agent', [child, start, stop, by(superseded('m1'))]],
    ['is no name', [superseded(7)]],
    ['is not in a list', [{ type: 'CUSTOM', name: 'holdfast.superseded', value: { messageIds: 'm1' } }]],
  ])('one that %s cannot be superseded', (_, events) => {
    const recorder = recorderOf()
    recordAll(recorder, events.slice(0, -1))
    expect(recorder.record(events.at(-1))).toMatchObject({ type: 'refused', failure: { code: 'agent_protocol' } })
  })

  it('of a sub-agent are superseded by that sub-agent', () => {
    const recorder = recorderOf()
    recordAll(recorder, [child, by(start), by(stop), by(superseded('m1'))])
    expect(last(recorder)).toMatchObject({ subagentRunId: 's1', value: { messageIds: ['m1'] } })
  })

  it('are none of a tolerated agent, whose words stay', () => {
    const input = { threadId: 't1', runId: 'r1', messages: [] }
    const recorder = createRecorder({ input, limits: DEFAULT_RECORDER_LIMITS, tolerant: true })
    recordAll(recorder, [start, stop, superseded('m1')])
    expect(recorder.passedOver.get('CUSTOM')).toBe(1)
    expect(last(recorder)?.type).toBe('TEXT_MESSAGE_END')
  })

  it('are superseded a limited number of times', () => {
    const recorder = recorderOf()
    for (let n = 0; n < SUPERSEDED_LIMIT; n++) recordAll(recorder, [superseded()])
    expect(recorder.record(superseded())).toMatchObject({ type: 'refused', failure: { code: 'limit_exceeded' } })
  })
})

describe('progress', () => {
  it('names its call as in the log, and the sub-agent that made it', () => {
    const recorder = recorderOf()
    recordAll(recorder, [child, ...call('c1').map((each) => by(each)), progress('c1')])
    expect(last(recorder)).toMatchObject({ subagentRunId: 's1', value: { toolCallId: 'c1', text: 'half' } })
  })

  it.each([['a call of an earlier run'], [undefined], [7]])('of %s stays as the agent said it', (toolCallId) => {
    const recorder = recorderOf()
    recordAll(recorder, [progress(toolCallId)])
    expect(last(recorder)?.value).toEqual({ ...(toolCallId !== undefined && { toolCallId }), text: 'half' })
  })

  it('of another agent’s call is refused', () => {
    const recorder = recorderOf()
    recordAll(recorder, [child, ...call('c1')])
    expect(recorder.record(by(progress('c1')))).toMatchObject({ failure: { code: 'agent_protocol' } })
  })
})

describe('sub-agents that nothing announces', () => {
  const text = (id: string) => [by({ ...start, messageId: id }, id), by({ ...stop, messageId: id }, id)]

  it('count against the limit, and a refused one leaves nothing open', () => {
    const recorder = recorderOf({ maxSubagents: 2 })
    recordAll(recorder, [...text('a'), ...text('b'), ...text('a'), { ...child, subagentRunId: 'a' }])
    expect(recorder.record(text('c')[0])).toMatchObject({ type: 'refused', failure: { code: 'child_limit' } })
    const { type } = parsed(recorder.end(SUCCEEDED)).at(-2) ?? {}
    expect(type).toBe('SUBAGENT_ERROR')
  })

  it('count in a snapshot of messages too', () => {
    const messages = ['a', 'b'].map((id) => ({ id, role: 'assistant', content: id, subagentRunId: id }))
    const refused = recorderOf({ maxSubagents: 1 }).record({ type: 'MESSAGES_SNAPSHOT', messages })
    expect(refused).toMatchObject({ failure: { code: 'child_limit' } })
  })
})
