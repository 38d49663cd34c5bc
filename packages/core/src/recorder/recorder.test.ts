import { EventType } from '@ag-ui/core'
import { describe, expect, it } from 'vitest'
import type { Outcome } from '../lifecycle/outcome.ts'
import { DEFAULT_RECORDER_LIMITS } from './limits.ts'
import { createRecorder, type ForeignEvent } from './recorder.ts'
import { parsed, recordAll, recorderOf, SUCCEEDED, say, start, stop } from './testing/recorders.ts'

describe('the end', () => {
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
      'that it was cancelled, unasked',
      { ...finished, outcome: { type: 'cancelled' } },
      { type: 'failed', code: 'agent_error', message: expect.stringContaining('nobody') },
    ],
    [
      'an error',
      { type: 'RUN_ERROR', message: 'It broke.' },
      { type: 'failed', code: 'agent_error', message: 'It broke.' },
    ],
    [
      'an error without a word',
      { type: 'RUN_ERROR', message: '' },
      { type: 'failed', code: 'agent_error', message: expect.stringMatching(/./) },
    ],
  ])('is the agent’s to say: %s', (_, event, outcome) => {
    expect(recorderOf().record(event)).toEqual({ type: 'ended', outcome })
  })

  it('hands on the usage that the agent reports', () => {
    const usage = [{ model: 'm', inputTokens: 1 }]
    expect(recorderOf().record({ ...finished, usage })).toEqual({ type: 'ended', outcome: SUCCEEDED, usage })
  })

  it('cuts an error’s message at 2,000 characters, not inside one', () => {
    const verdict = recorderOf().record({ type: 'RUN_ERROR', message: `${'x'.repeat(1_999)}🙂` })
    expect(verdict).toMatchObject({ outcome: { message: 'x'.repeat(1_999) } })
  })

  it('tells the operator all of an agent’s words where a person is told some of them', () => {
    const said = 'No ink.\nTraceback (most recent call last):\n  File "/app/a.py", line 3'
    const ended = recorderOf().record({ type: 'RUN_ERROR', message: said })
    expect(ended).toMatchObject({ outcome: { message: 'No ink.' }, said })
    expect(recorderOf().record({ type: 'RUN_ERROR', message: ' No ink.\n' })).not.toHaveProperty('said')
    expect(recorderOf().record({ type: 'RUN_ERROR', message: 'x'.repeat(3_000) })).toHaveProperty('said')
  })

  it('S000-C5 comes once: whatever the agent says afterwards is refused and not kept', () => {
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

  it('is not a success while half a tool call is open, even if the agent says so', () => {
    const recorder = recorderOf()
    recordAll(recorder, [{ type: 'TOOL_CALL_START', toolCallId: 'c1', toolCallName: 'f' }])
    expect(recorder.record(finished)).toMatchObject({ outcome: { type: 'failed', code: 'agent_incomplete' } })
  })

  it('may be written again with another outcome: the same closing events, another last one', () => {
    const recorder = recorderOf()
    recordAll(recorder, [start, say('half')])
    const first = recorder.end(SUCCEEDED)
    const second = recorder.end({ type: 'cancelled', by: 'p1' })
    expect(second.slice(0, -1)).toEqual(first.slice(0, -1))
    expect(parsed(second).at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } })
  })

  it('after RUN_STARTED: the agent’s own is accepted and dropped', () => {
    const recorder = recorderOf()
    recordAll(recorder, [{ type: 'RUN_STARTED', threadId: 1, input: 'junk' }])
    expect(recorder.take()).toEqual([])
  })
})

describe('an address of another run', () => {
  const input = { threadId: 't1', runId: 'r1', messages: [] }
  const ended = { type: 'RUN_FINISHED', threadId: 't2', runId: 'r1' }

  it('S001-2 is told and never taken: what comes out is the run’s own', () => {
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

  it('S001-35 ends the run where that is asked for, with nothing of the event kept', () => {
    const recorder = createRecorder({ input, limits: DEFAULT_RECORDER_LIMITS, onForeign: () => 'refuse' })
    recordAll(recorder, [{ type: 'RUN_STARTED', threadId: 't1', runId: 'r1' }, start, say('a'), stop])
    expect(recorder.record(ended)).toMatchObject({ type: 'refused', failure: { code: 'agent_protocol' } })
  })

  it('is none when it is its own, or left out', () => {
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
    ['with everything closed has succeeded', [start, say('a'), stop], 'succeeded'],
    [
      'after chunks has succeeded: their end is implied',
      [{ type: 'TEXT_MESSAGE_CHUNK', messageId: 'm1', delta: 'a' }],
      'succeeded',
    ],
    ['with a step open has succeeded', [{ type: 'STEP_STARTED', stepName: 'x' }], 'succeeded'],
    ['without a word has failed', [], 'failed'],
    ['with nothing but RUN_STARTED has failed', [{ type: 'RUN_STARTED' }], 'failed'],
    ['inside a text has failed', [start, say('a')], 'failed'],
    ['inside a tool call has failed', [{ type: 'TOOL_CALL_START', toolCallId: 'c1', toolCallName: 'f' }], 'failed'],
  ])('%s', (_, events, type) => {
    const recorder = recorderOf()
    recordAll(recorder, events)
    const outcome = recorder.returned()
    expect(outcome.type).toBe(type)
    if (outcome.type === 'failed') expect(outcome.code).toBe('agent_incomplete')
  })
})

it('refuses what throws when it is looked at', () => {
  const trap = {
    get type(): string {
      throw new Error('secret')
    },
  }
  const verdict = recorderOf().record(trap)
  expect(verdict).toMatchObject({ type: 'refused', failure: { code: 'agent_protocol' } })
  expect(JSON.stringify(verdict)).not.toContain('secret')
})

it('writes what the agent said at that moment: changing the object later changes nothing', () => {
  const recorder = recorderOf()
  const snapshot = { list: [1] }
  recordAll(recorder, [{ type: EventType.STATE_SNAPSHOT, snapshot }])
  snapshot.list.push(2)
  expect(recorder.take()).toEqual(['{"type":"STATE_SNAPSHOT","snapshot":{"list":[1]}}'])
})

describe('taking up what another worker began', () => {
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

  it('gives nothing of it again, goes on with what is open, and closes what stays so', () => {
    const { recorder, verdict } = resumed()
    expect(verdict).toEqual({ type: 'recorded' })
    expect(recorder.take()).toEqual([])
    expect(recorder.pendingBytes()).toBe(0)
    expect(recorder.record({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'done' }).type).toBe('recorded')
    const types = recorder.end({ type: 'succeeded' }).map((json) => JSON.parse(json).type)
    expect(types).toEqual(['TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END', 'STEP_FINISHED', 'RUN_FINISHED'])
  })

  it('counts it: limits are a run’s, not a worker’s, and what was said was an answer', () => {
    expect(resumed({ maxEvents: 3 }).recorder.record({ type: 'CUSTOM', name: 'x', value: 1 })).toMatchObject({
      type: 'refused',
      failure: { code: 'limit_exceeded' },
    })
    expect(resumed({ maxEvents: 2 }).verdict.type).toBe('refused')
    expect(resumed().recorder.returned()).toMatchObject({ type: 'failed', code: 'agent_incomplete' })
  })
})
