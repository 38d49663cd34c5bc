import { describe, expect, it } from 'vitest'
import { parsed, recordAll, recorderOf, typesOf } from './testing/recorders.ts'

describe('chunks', () => {
  it('of each kind become start, content and end', () => {
    const recorder = recorderOf()
    recordAll(recorder, [
      { type: 'REASONING_MESSAGE_CHUNK', messageId: 'r1', delta: 'hm' },
      { type: 'TEXT_MESSAGE_CHUNK', messageId: 'm1', delta: 'a', name: 'N' },
      { type: 'TEXT_MESSAGE_CHUNK', delta: 'b' },
      { type: 'TOOL_CALL_CHUNK', toolCallId: 'c1', toolCallName: 'f', parentMessageId: 'm1', delta: '{' },
      { type: 'TOOL_CALL_CHUNK', delta: '}' },
      { type: 'CUSTOM', name: 'n', value: 1 },
    ])
    expect(recorder.take()).toEqual([
      '{"type":"REASONING_MESSAGE_START","messageId":"r1","role":"reasoning"}',
      '{"type":"REASONING_MESSAGE_CONTENT","messageId":"r1","delta":"hm"}',
      '{"type":"REASONING_MESSAGE_END","messageId":"r1"}',
      '{"type":"TEXT_MESSAGE_START","messageId":"m1","role":"assistant","name":"N"}',
      '{"type":"TEXT_MESSAGE_CONTENT","messageId":"m1","delta":"ab"}',
      '{"type":"TEXT_MESSAGE_END","messageId":"m1"}',
      '{"type":"TOOL_CALL_START","toolCallId":"c1","toolCallName":"f","parentMessageId":"m1"}',
      '{"type":"TOOL_CALL_ARGS","toolCallId":"c1","delta":"{}"}',
      '{"type":"TOOL_CALL_END","toolCallId":"c1"}',
      '{"type":"CUSTOM","name":"n","value":1}',
    ])
  })

  it('of a sub-agent cost the same however many others are writing', () => {
    // Where each chunk and each end looked at every lane, this took half a minute.
    const count = 20_000
    const recorder = recorderOf({ maxSubagents: count })
    for (let n = 0; n < count; n++) {
      recorder.record({ type: 'TEXT_MESSAGE_CHUNK', messageId: `m${n}`, subagentRunId: `s${n}`, delta: 'a' })
    }
    expect(recorder.record({ type: 'RUN_FINISHED', threadId: 't1', runId: 'r1' })).toMatchObject({
      outcome: { type: 'succeeded' },
    })
    expect(typesOf(recorder.take()).filter((type) => type === 'TEXT_MESSAGE_START')).toHaveLength(count)
  })

  it('of parallel sub-agents are kept apart, and an ambiguous one without an id is refused', () => {
    const recorder = recorderOf()
    recordAll(recorder, [
      { type: 'TEXT_MESSAGE_CHUNK', messageId: 'a', subagentRunId: 's1', delta: 'a1' },
      { type: 'TEXT_MESSAGE_CHUNK', messageId: 'b', subagentRunId: 's2', delta: 'b1' },
      { type: 'TEXT_MESSAGE_CHUNK', messageId: 'a', delta: 'a2' },
      { type: 'TEXT_MESSAGE_CHUNK', subagentRunId: 's2', delta: 'b2' },
    ])
    const said = parsed(recorder.take()).filter(({ delta }) => delta)
    expect(said.map(({ delta, subagentRunId }) => `${subagentRunId}:${delta}`)).toEqual([
      's1:a1',
      's2:b1',
      's1:a2',
      's2:b2',
    ])
    expect(recorder.record({ type: 'TEXT_MESSAGE_CHUNK', delta: '?' }).type).toBe('refused')
  })

  it('end before a snapshot, which restates the whole conversation', () => {
    const recorder = recorderOf()
    recordAll(recorder, [
      { type: 'TEXT_MESSAGE_CHUNK', messageId: 'a', subagentRunId: 's1', delta: 'a' },
      { type: 'TEXT_MESSAGE_CHUNK', messageId: 'b', delta: 'b' },
      { type: 'MESSAGES_SNAPSHOT', messages: [] },
    ])
    expect(typesOf(recorder.take()).slice(-3)).toEqual(['TEXT_MESSAGE_END', 'TEXT_MESSAGE_END', 'MESSAGES_SNAPSHOT'])
  })

  it('without message and owner continue the only open lane of a sub-agent', () => {
    const recorder = recorderOf()
    recordAll(recorder, [
      { type: 'TEXT_MESSAGE_CHUNK', messageId: 'a', subagentRunId: 's1', delta: 'a1' },
      { type: 'TEXT_MESSAGE_CHUNK', delta: 'a2' },
    ])
    expect(parsed(recorder.take())[1]).toMatchObject({ delta: 'a1a2', subagentRunId: 's1' })
  })
})
