import { EventType } from '@ag-ui/core'
import { describe, expect, it } from 'vitest'
import type { Outcome } from './outcome.ts'
import {
  createRecorder,
  DEFAULT_RECORDER_LIMITS,
  type ForeignEvent,
  type Recorder,
  type RecorderLimits,
} from './recorder.ts'

const SUCCEEDED: Outcome = { type: 'succeeded' }
const start = { type: 'TEXT_MESSAGE_START', messageId: 'm1', role: 'assistant' }
const say = (delta: string, messageId = 'm1') => ({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta })
const stop = { type: 'TEXT_MESSAGE_END', messageId: 'm1' }

function recorderOf(limits: Partial<RecorderLimits> = {}): Recorder {
  const messages = [{ id: 'q1', role: 'user' as const, content: 'Why?' }]
  const input = { threadId: 't1', runId: 'r1', messages }
  return createRecorder({ input, limits: { ...DEFAULT_RECORDER_LIMITS, ...limits } })
}

function recordAll(recorder: Recorder, events: readonly unknown[]): void {
  for (const event of events) expect(recorder.record(event)).toEqual({ type: 'recorded' })
}

const parsed = (json: readonly string[]) => json.map((one) => JSON.parse(one) as Record<string, unknown>)
const typesOf = (json: readonly string[]) => parsed(json).map(({ type }) => type)

describe('coalescing', () => {
  it('joins deltas that follow each other into one event, and keeps the first timestamp', () => {
    const recorder = recorderOf()
    recordAll(recorder, [start, { ...say('Hel'), timestamp: 1 }, { ...say('lo'), timestamp: 2 }, say(' you')])
    expect(parsed(recorder.take())[1]).toEqual({
      type: 'TEXT_MESSAGE_CONTENT',
      messageId: 'm1',
      timestamp: 1,
      delta: 'Hello you',
    })
  })

  it('S000-33 interleaved deltas stay apart and in order', () => {
    const recorder = recorderOf()
    recordAll(recorder, [start, { ...start, messageId: 'm2' }, say('a1'), say('b1', 'm2'), say('a2'), say('b2', 'm2')])
    expect(
      parsed(recorder.take())
        .slice(2)
        .map(({ messageId, delta }) => [messageId, delta]),
    ).toEqual([
      ['m1', 'a1'],
      ['m2', 'b1'],
      ['m1', 'a2'],
      ['m2', 'b2'],
    ])
  })

  it('drops an empty delta after checking it, unless it carries metadata', () => {
    const recorder = recorderOf()
    recordAll(recorder, [start, say(''), { ...say(''), metadata: { seen: true } }])
    expect(typesOf(recorder.take())).toEqual(['TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT'])
    expect(recorder.record(say('', 'unknown')).type).toBe('refused')
  })

  it('leaves a delta with metadata alone, since a reader merges metadata per event', () => {
    const recorder = recorderOf()
    recordAll(recorder, [start, say('a'), { ...say('b'), metadata: { finish: 'stop' } }, say('c')])
    expect(
      parsed(recorder.take())
        .slice(1)
        .map(({ delta, metadata }) => [delta, metadata]),
    ).toEqual([
      ['a', undefined],
      ['b', { finish: 'stop' }],
      ['c', undefined],
    ])
  })

  it.each(['x', 'é', '語', '🙂', '\n', '"', '\u0001'])(
    'splits a delta of %j at code points and keeps within the bound',
    (character) => {
      const recorder = recorderOf({ maxCoalescedBytes: 200 })
      const text = character.repeat(301)
      recordAll(recorder, [start, say(text.slice(0, 4)), say(text.slice(4))])
      const events = recorder.take().slice(1)
      expect(events.length).toBeGreaterThan(1)
      for (const json of events) {
        expect(Buffer.byteLength(json)).toBeLessThanOrEqual(200)
        expect(String(JSON.parse(json).delta).isWellFormed()).toBe(true)
      }
      expect(
        parsed(events)
          .map(({ delta }) => delta)
          .join(''),
      ).toBe(text)
    },
  )

  it('says how much waits: exactly the bytes that take then gives', () => {
    const recorder = recorderOf()
    expect(recorder.pendingBytes()).toBe(0)
    recordAll(recorder, [start, say('grüße 🙂\n'), { type: 'STATE_SNAPSHOT', snapshot: { a: 'ü' } }, say('x')])
    const waiting = recorder.pendingBytes()
    expect(waiting).toBe(recorder.take().reduce((sum, json) => sum + Buffer.byteLength(json), 0))
    expect(recorder.pendingBytes()).toBe(0)
    expect(recorder.take()).toEqual([])
  })
})

describe('the order of things', () => {
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
})

describe('chunks', () => {
  it('become start, content and end, whichever of the three kinds', () => {
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

  it('of parallel sub-agents keep their own lanes, and a nameless one that could be either is refused', () => {
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

  it('all end before a snapshot, which restates the whole conversation', () => {
    const recorder = recorderOf()
    recordAll(recorder, [
      { type: 'TEXT_MESSAGE_CHUNK', messageId: 'a', subagentRunId: 's1', delta: 'a' },
      { type: 'TEXT_MESSAGE_CHUNK', messageId: 'b', delta: 'b' },
      { type: 'MESSAGES_SNAPSHOT', messages: [] },
    ])
    expect(typesOf(recorder.take()).slice(-3)).toEqual(['TEXT_MESSAGE_END', 'TEXT_MESSAGE_END', 'MESSAGES_SNAPSHOT'])
  })

  it('goes on with the one open lane of a sub-agent when it names neither message nor owner', () => {
    const recorder = recorderOf()
    recordAll(recorder, [
      { type: 'TEXT_MESSAGE_CHUNK', messageId: 'a', subagentRunId: 's1', delta: 'a1' },
      { type: 'TEXT_MESSAGE_CHUNK', delta: 'a2' },
    ])
    expect(parsed(recorder.take())[1]).toMatchObject({ delta: 'a1a2', subagentRunId: 's1' })
  })
})

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

it('joins the metadata of nobody: a tool call’s arguments with metadata keep it', () => {
  const recorder = recorderOf()
  const args = { type: 'TOOL_CALL_ARGS', toolCallId: 'c1', delta: '{' }
  recordAll(recorder, [
    { type: 'TOOL_CALL_START', toolCallId: 'c1', toolCallName: 'f' },
    { ...args, metadata: { a: 1 }, timestamp: 2 },
  ])
  expect(parsed(recorder.take())[1]).toEqual({ ...args, metadata: { a: 1 }, timestamp: 2 })
})

describe('what came late, or long', () => {
  it('S001-C5 a late piece of a call opens it; long output keeps its bound and loses nothing; all of it is written before an end or an error', () => {
    const piece = (delta: string) => ({ type: 'TOOL_CALL_CHUNK', toolCallId: 'c1', toolCallName: 'look', delta })
    for (const outcome of [SUCCEEDED, { type: 'failed', code: 'agent_error', message: 'It broke.' } as const]) {
      const recorder = recorderOf({ maxCoalescedBytes: 1_024 })
      recordAll(recorder, [start, say('before'), stop, piece('{'), piece('"a"'), piece(':1}')])
      recordAll(recorder, [{ ...start, messageId: 'm2' }, say('x'.repeat(600), 'm2'), say('y'.repeat(50_000), 'm2')])
      const out = parsed(recorder.end(outcome))
      const texts = out.filter(({ messageId, type }) => messageId === 'm2' && type === 'TEXT_MESSAGE_CONTENT')
      expect(texts.map(({ delta }) => delta).join('')).toBe('x'.repeat(600) + 'y'.repeat(50_000))
      expect(texts.length).toBeGreaterThan(40)
      const calls = out.filter(({ toolCallId }) => toolCallId === 'c1')
      expect(calls.map(({ type }) => type)).toEqual(['TOOL_CALL_START', 'TOOL_CALL_ARGS', 'TOOL_CALL_END'])
      expect(calls[1]).toMatchObject({ delta: '{"a":1}' })
      expect(out.at(-1)?.type).toBe(outcome.type === 'failed' ? 'RUN_ERROR' : 'RUN_FINISHED')
    }
  })
})

describe('limits', () => {
  const over = { type: 'refused', failure: { code: 'limit_exceeded' } }
  const custom = (value: unknown) => ({ type: 'CUSTOM', name: 'n', value })

  it('end a run that says too many events, and the run still ends legally', () => {
    const recorder = recorderOf({ maxEvents: 2 })
    recordAll(recorder, [start, say('')])
    expect(recorder.record(say('a'))).toMatchObject(over)
    expect(recorder.record(say('a'))).toMatchObject(over)
    expect(typesOf(recorder.end(SUCCEEDED))).toEqual(['TEXT_MESSAGE_START', 'TEXT_MESSAGE_END', 'RUN_FINISHED'])
  })

  it('count the bytes of a run, joined deltas included', () => {
    const recorder = recorderOf({ maxBytes: 300 })
    recordAll(recorder, [start, say('x'.repeat(100))])
    expect(recorder.record(say('y'.repeat(150)))).toMatchObject(over)
    expect(recorder.take().join('').length).toBeLessThanOrEqual(300)
  })

  it('refuse one event that is too large: a text, a delta, a list, a cycle', () => {
    const cycle: unknown[] = []
    cycle.push(cycle, cycle)
    for (const event of [
      custom('é'.repeat(60)),
      custom(new Array(1e9)),
      custom(cycle),
      { ...start, name: 'x'.repeat(200) },
    ]) {
      expect(recorderOf({ maxEventBytes: 120 }).record(event)).toMatchObject(over)
    }
    const recorder = recorderOf({ maxEventBytes: 120 })
    recordAll(recorder, [start])
    expect(recorder.record(say('"'.repeat(61)))).toMatchObject(over)
  })

  it('refuse an event that is nested too deep, by one level', () => {
    const nested = (levels: number): unknown => (levels === 0 ? 0 : [nested(levels - 1)])
    expect(recorderOf({ maxDepth: 5 }).record(custom(nested(4))).type).toBe('recorded')
    expect(recorderOf({ maxDepth: 5 }).record(custom(nested(5)))).toMatchObject(over)
  })

  it('give back the depth of what was read: siblings do not add up', () => {
    const value = Array.from({ length: 20 }, () => ({ a: [{}] }))
    expect(recorderOf({ maxDepth: 5 }).record(custom(value)).type).toBe('recorded')
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
