import { EventType } from '@ag-ui/core'
import { describe, expect, it } from 'vitest'
import type { Outcome } from '../lifecycle/outcome.ts'
import { DEFAULT_RECORDER_LIMITS } from './limits.ts'
import { createRecorder, type ForeignEvent } from './recorder.ts'
import { parsed, recordAll, recorderOf, SUCCEEDED, say, start, stop } from './testing/recorders.ts'

describe('the end of a run', () => {
  const finished = { type: 'RUN_FINISHED', threadId: 'x', runId: 'y' }

  it.each([
    ['nothing more', finished, SUCCEEDED],
    ['success', { ...finished, outcome: { type: 'success' } }, SUCCEEDED],
    [
      'an interrupt',
      { ...finished, outcome: { type: 'interrupt', interrupts: [{ id: 'i1', reason: 'approval', bloat: 1 }] } },
      { type: 'interrupted', interrupts: [{ id: 'i1', reason: 'approval' }] },
    ],
    [
      'that it was cancelled, which nobody asked for',
      { ...finished, outcome: { type: 'cancelled' } },
      { type: 'failed', code: 'agent_error', message: expect.stringContaining('without being asked') },
    ],
    [
      'an error',
      { type: 'RUN_ERROR', message: 'It broke.' },
      { type: 'failed', code: 'agent_error', message: 'It broke.' },
    ],
    [
      'an error without a message',
      { type: 'RUN_ERROR', message: '' },
      { type: 'failed', code: 'agent_error', message: expect.stringMatching(/./) },
    ],
  ])('is the agent’s to say: %s', (_, event, outcome) => {
    expect(recorderOf().record(event)).toEqual({ type: 'ended', outcome })
  })

  it('reports the usage that the agent reported', () => {
    const usage = [{ model: 'm', inputTokens: 1 }]
    expect(recorderOf().record({ ...finished, usage })).toEqual({ type: 'ended', outcome: SUCCEEDED, usage })
  })

  it('cuts the message of an error at 2,000 characters, never inside a character', () => {
    const verdict = recorderOf().record({ type: 'RUN_ERROR', message: `${'x'.repeat(1_999)}🙂` })
    expect(verdict).toMatchObject({ outcome: { message: 'x'.repeat(1_999) } })
  })

  it('gives the operator the whole message of an agent if a person is shown only part of it', () => {
    const said = 'No ink.\nTraceback (most recent call last):\n  File "/app/a.py", line 3'
    const ended = recorderOf().record({ type: 'RUN_ERROR', message: said })
    expect(ended).toMatchObject({ outcome: { message: 'No ink.' }, said })
    expect(recorderOf().record({ type: 'RUN_ERROR', message: ' No ink.\n' })).not.toHaveProperty('said')
    expect(recorderOf().record({ type: 'RUN_ERROR', message: 'x'.repeat(3_000) })).toHaveProperty('said')
  })

  it('S000-C5 comes once: everything that the agent says afterwards is refused and not kept', () => {
    const recorder = recorderOf()
    recordAll(recorder, [start])
    recorder.record(finished)
    for (const event of [say('late'), finished, start]) expect(recorder.record(event).type).toBe('refused')
    expect(recorder.end(SUCCEEDED)).toEqual([
      JSON.stringify(start),
      '{"type":"TEXT_MESSAGE_END","messageId":"m1"}',
      '{"type":"RUN_FINISHED","threadId":"t1","runId":"r1","outcome":{"type":"success"}}',
    ])
    expect(recorder.record(say('later')).type).toBe('refused')
    expect(recorder.take()).toEqual([])
  })

  it('is no success while a tool call is open, even if the agent says so', () => {
    const recorder = recorderOf()
    recordAll(recorder, [{ type: 'TOOL_CALL_START', toolCallId: 'c1', toolCallName: 'f' }])
    expect(recorder.record(finished)).toMatchObject({ outcome: { type: 'failed', code: 'agent_incomplete' } })
  })

  it('may be written again with another outcome: what it said is the same, only how it and its sub-agents end differs', () => {
    const recorder = recorderOf()
    recordAll(recorder, [start, say('half'), { type: 'SUBAGENT_STARTED', subagentRunId: 's1', name: 'helper' }])
    const first = recorder.end(SUCCEEDED)
    const second = recorder.end({ type: 'cancelled', by: 'p1' })
    expect(second.slice(0, -2)).toEqual(first.slice(0, -2))
    expect(parsed(first).at(-2)).toMatchObject({ type: 'SUBAGENT_ERROR', code: 'run_ended' })
    expect(parsed(second).at(-2)).toMatchObject({ type: 'SUBAGENT_ERROR', code: 'cancelled' })
    expect(parsed(second).at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } })
  })

  it('is not affected by the RUN_STARTED of the agent, which is accepted and dropped', () => {
    const recorder = recorderOf()
    recordAll(recorder, [{ type: 'RUN_STARTED', threadId: 1, input: 'junk' }])
    expect(recorder.take()).toEqual([])
  })
})

describe('an address of another run', () => {
  const input = { threadId: 't1', runId: 'r1', messages: [] }
  const ended = { type: 'RUN_FINISHED', threadId: 't2', runId: 'r1' }

  it('S001-2 is reported and never used: the output has the address of the run', () => {
    const told: ForeignEvent[] = []
    const onForeign = (event: ForeignEvent) => {
      told.push(event)
      return 'drop' as const
    }
    const recorder = createRecorder({ input, limits: DEFAULT_RECORDER_LIMITS, onForeign })
    recordAll(recorder, [{ type: 'RUN_STARTED', threadId: 't1', runId: 'r2' }, start, say('a'), stop])
    expect(recorder.record(ended)).toEqual({ type: 'ended', outcome: SUCCEEDED })
    expect(told).toEqual([
      { type: 'RUN_STARTED', field: 'runId' },
      { type: 'RUN_FINISHED', field: 'threadId' },
    ])
    expect(parsed(recorder.end(SUCCEEDED)).at(-1)).toMatchObject({ threadId: 't1', runId: 'r1' })
  })

  it('S001-35 ends the run if the caller wants that, and nothing of the event is kept', () => {
    const recorder = createRecorder({ input, limits: DEFAULT_RECORDER_LIMITS, onForeign: () => 'refuse' })
    recordAll(recorder, [{ type: 'RUN_STARTED', threadId: 't1', runId: 'r1' }, start, say('a'), stop])
    expect(recorder.record(ended)).toMatchObject({ type: 'refused', failure: { code: 'agent_protocol' } })
  })

  it('is not reported if it is the address of the run, or is left out', () => {
    const onForeign = () => {
      throw new Error('it is not')
    }
    const recorder = createRecorder({ input, limits: DEFAULT_RECORDER_LIMITS, onForeign })
    recordAll(recorder, [{ type: 'RUN_STARTED' }, { type: 'RUN_STARTED', threadId: null, runId: 'r1' }])
    expect(recorder.record({ type: 'RUN_ERROR', message: 'No.' })).toMatchObject({ type: 'ended' })
  })
})

describe('an agent that just returns', () => {
  it.each<readonly [string, readonly unknown[], Outcome['type']]>([
    ['with everything closed, has succeeded', [start, say('a'), stop], 'succeeded'],
    [
      'after chunks, has succeeded, because their end is implied',
      [{ type: 'TEXT_MESSAGE_CHUNK', messageId: 'm1', delta: 'a' }],
      'succeeded',
    ],
    ['with a step open, has succeeded', [{ type: 'STEP_STARTED', stepName: 'x' }], 'succeeded'],
    ['without saying anything, has failed', [], 'failed'],
    ['after RUN_STARTED alone, has failed', [{ type: 'RUN_STARTED' }], 'failed'],
    ['inside a text, has failed', [start, say('a')], 'failed'],
    ['inside a tool call, has failed', [{ type: 'TOOL_CALL_START', toolCallId: 'c1', toolCallName: 'f' }], 'failed'],
  ])('%s', (_, events, type) => {
    const recorder = recorderOf()
    recordAll(recorder, events)
    const outcome = recorder.returned()
    expect(outcome.type).toBe(type)
    if (outcome.type === 'failed') expect(outcome.code).toBe('agent_incomplete')
  })
})

it('refuses an event that throws when it is read', () => {
  const trap = {
    get type(): string {
      throw new Error('secret')
    },
  }
  const verdict = recorderOf().record(trap)
  expect(verdict).toMatchObject({ type: 'refused', failure: { code: 'agent_protocol' } })
  expect(JSON.stringify(verdict)).not.toContain('secret')
})

it('records an event as it is at that moment: changing the object later changes nothing', () => {
  const recorder = recorderOf()
  const snapshot = { list: [1] }
  recordAll(recorder, [{ type: EventType.STATE_SNAPSHOT, snapshot }])
  snapshot.list.push(2)
  expect(recorder.take()).toEqual(['{"type":"STATE_SNAPSHOT","snapshot":{"list":[1]}}'])
})

describe('resuming the run of another worker', () => {
  const written = [
    { type: 'STEP_STARTED', stepName: 's' },
    { type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant' },
    { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'Half ' },
  ]
  const resumed = (limits = {}) => {
    const recorder = createRecorder({
      input: { threadId: 't', runId: 'r', messages: [] },
      limits: { ...DEFAULT_RECORDER_LIMITS, ...limits },
    })
    return { recorder, verdict: recorder.resume(written) }
  }

  it('outputs none of its events again, continues open items, and closes them at the end', () => {
    const { recorder, verdict } = resumed()
    expect(verdict).toEqual({ type: 'recorded' })
    expect(recorder.take()).toEqual([])
    expect(recorder.pendingBytes()).toBe(0)
    expect(recorder.record({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'done' }).type).toBe('recorded')
    const types = recorder.end({ type: 'succeeded' }).map((json) => JSON.parse(json).type)
    expect(types).toEqual(['TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END', 'STEP_FINISHED', 'RUN_FINISHED'])
  })

  it('counts its events: limits hold for the run, and its words count as an answer', () => {
    expect(resumed({ maxEvents: 3 }).recorder.record({ type: 'CUSTOM', name: 'x', value: 1 })).toMatchObject({
      type: 'refused',
      failure: { code: 'limit_exceeded' },
    })
    expect(resumed({ maxEvents: 2 }).verdict.type).toBe('refused')
    expect(resumed().recorder.returned()).toMatchObject({ type: 'failed', code: 'agent_incomplete' })
  })
})
