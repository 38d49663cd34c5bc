import { beforeEach, describe, expect, test } from 'vitest'
import type { Envelope } from '../log/envelope.ts'
import { readEnvelope } from '../log/read.ts'
import { createLogBuilder, type EventJson, type LogBuilder, TEST_KEY } from '../testing/log-builder.ts'
import { createFold, emptyView } from './fold.ts'
import type { ThreadView } from './thread-view.ts'

let log: LogBuilder
beforeEach(() => {
  log = createLogBuilder()
})

function view(from: ThreadView = emptyView(TEST_KEY)): ThreadView {
  const thread = createFold(TEST_KEY, from)
  for (const envelope of log.envelopes) thread.apply(envelope)
  return thread.view()
}

const ask = { id: 'ask', role: 'user', content: 'Why?' } as const
const running = () => {
  log.accept('run', [ask])
  log.start('run', [ask], null)
}
const say = (...events: EventJson[]) => {
  for (const event of events) log.agui('run', event)
}
const textOf = (messageId: string, ...deltas: string[]): EventJson[] => [
  { type: 'TEXT_MESSAGE_START', messageId },
  ...deltas.map((delta): EventJson => ({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta })),
]

describe('messages', () => {
  test('a question and its answer: the words once, in order, in their place', () => {
    running()
    say(...textOf('answer', 'Be', 'cause'), { type: 'TEXT_MESSAGE_END', messageId: 'answer' })
    expect(view().messages).toEqual([
      { ...ask, parentId: null },
      { id: 'answer', role: 'assistant', content: 'Because', parentId: 'ask', runId: 'run' },
    ])
  })

  test("a run's own messages are one chain; what a sub-agent writes hangs beside it", () => {
    running()
    say(
      { type: 'REASONING_MESSAGE_START', messageId: 'thought', role: 'reasoning' },
      { type: 'REASONING_MESSAGE_CONTENT', messageId: 'thought', delta: 'Hm' },
      { type: 'REASONING_MESSAGE_END', messageId: 'thought' },
      { type: 'TEXT_MESSAGE_START', messageId: 'aside', subagentRunId: 'sub', name: 'helper' },
      ...textOf('answer', 'So'),
      { type: 'TOOL_CALL_START', toolCallId: 'call', toolCallName: 'look', parentMessageId: 'answer' },
      { type: 'TOOL_CALL_RESULT', messageId: 'result', toolCallId: 'call', content: '42' },
    )
    expect(view().messages.map(({ id, parentId }) => [id, parentId])).toEqual([
      ['ask', null],
      ['thought', 'ask'],
      ['aside', 'thought'],
      ['answer', 'thought'],
      ['result', 'answer'],
    ])
    expect(view().messages[1]).toMatchObject({ role: 'reasoning', content: 'Hm' })
    expect(view().messages[2]).toMatchObject({ subagentRunId: 'sub', name: 'helper' })
    expect(view().messages[4]).toMatchObject({ role: 'tool', toolCallId: 'call', content: '42' })
  })

  test('a run without new messages hangs on the one it answers: a retry is a sibling', () => {
    running()
    say(...textOf('first', 'One'))
    log.end('run', { type: 'failed', code: 'agent_error', message: 'Broke.' })
    log.accept('again', [], { retryOf: 'run' })
    log.start('again', [], 'ask')
    log.agui('again', { type: 'TEXT_MESSAGE_START', messageId: 'second' })
    const { messages } = view()
    expect(messages.map(({ id, parentId }) => [id, parentId])).toEqual([
      ['ask', null],
      ['first', 'ask'],
      ['second', 'ask'],
    ])
  })

  test('a second root begins a new conversation beside the first', () => {
    running()
    log.end('run', { type: 'succeeded' })
    log.accept('other', [])
    log.start('other', [{ id: 'edited', role: 'user', content: 'How?' }], null)
    log.agui('other', { type: 'TEXT_MESSAGE_START', messageId: 'so' })
    expect(view().messages.map(({ parentId }) => parentId)).toEqual([null, null, 'edited'])
  })

  test('messages the thread already holds are not told twice: the log wins', () => {
    running()
    log.end('run', { type: 'succeeded' })
    log.start(
      'next',
      [
        { ...ask, content: 'Changed' },
        { id: 'more', role: 'user', content: 'And?' },
      ],
      null,
    )
    expect(view().messages).toEqual([
      { ...ask, parentId: null },
      { id: 'more', role: 'user', content: 'And?', parentId: 'ask' },
    ])
  })

  test('a start that does not say its place goes on from the newest message', () => {
    running()
    log.end('run', { type: 'succeeded' })
    log.start('next', [{ id: 'more', role: 'user', content: 'And?', runId: 'forged' } as never])
    expect(view().messages[1]).toEqual({ id: 'more', role: 'user', content: 'And?', parentId: 'ask' })
  })

  test('an agent that uses an id again in the next run writes a message of its own', () => {
    for (const runId of ['one', 'two']) {
      log.accept(runId, [])
      log.start(runId, [], null)
      for (const event of textOf('m1', runId)) log.agui(runId, event)
      log.end(runId, { type: 'succeeded' })
    }
    expect(view().messages.map(({ id, content }) => [id, content])).toEqual([
      ['m1', 'one'],
      ['two:m1', 'two'],
    ])
  })

  test('a thought and an answer under one id are two messages, and a third kind is a third', () => {
    running()
    say(
      { type: 'REASONING_MESSAGE_START', messageId: 'm', role: 'reasoning' },
      { type: 'REASONING_MESSAGE_END', messageId: 'm' },
      ...textOf('m', 'Said'),
      { type: 'TOOL_CALL_RESULT', messageId: 'm', toolCallId: 'c', content: 'Done' },
    )
    expect(
      view()
        .messages.slice(1)
        .map(({ id, role }) => [id, role]),
    ).toEqual([
      ['m', 'reasoning'],
      ['run:m', 'assistant'],
      ['run:m:2', 'tool'],
    ])
  })

  test('a text that begins again goes on where it was', () => {
    running()
    say(...textOf('m', 'a'), { type: 'TEXT_MESSAGE_END', messageId: 'm' }, ...textOf('m', 'b'), ...textOf('m', 'c'))
    expect(view().messages[1]).toMatchObject({ content: 'abc' })
    expect(view().open).toHaveLength(1)
  })

  test('a delta for what is not open is ignored', () => {
    running()
    say(
      ...textOf('m', 'a'),
      { type: 'TEXT_MESSAGE_END', messageId: 'm' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'late' },
      { type: 'TEXT_MESSAGE_END', messageId: 'never' },
    )
    expect(view().messages[1]).toMatchObject({ content: 'a' })
  })

  test("MESSAGES_SNAPSHOT gives known messages the agent's content, adds the unknown, removes nothing", () => {
    running()
    say(...textOf('m', 'draft'), ...textOf('silent'), {
      type: 'MESSAGES_SNAPSHOT',
      messages: [
        { id: 'ask', role: 'user', content: 'Why not?' },
        { id: 'm', role: 'assistant', content: 'Fair.' },
        { id: 'silent', role: 'tool', toolCallId: 'c', content: [] },
        { id: 'extra', role: 'assistant', content: 'PS' },
      ],
    })
    say({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: ' Then.' })
    say({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'silent', delta: 'lost' })
    expect(view().messages).toEqual([
      { id: 'ask', role: 'user', content: 'Why not?', parentId: null },
      { id: 'm', role: 'assistant', content: 'Fair. Then.', parentId: 'ask', runId: 'run' },
      { id: 'silent', role: 'tool', toolCallId: 'c', content: [], parentId: 'm', runId: 'run' },
      { id: 'extra', role: 'assistant', content: 'PS', parentId: 'silent', runId: 'run' },
    ])
  })

  test('what events say of a message gathers in its metadata', () => {
    running()
    say(
      { type: 'TEXT_MESSAGE_START', messageId: 'm', metadata: { a: 1 } },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'x', metadata: { b: 2 } },
      { type: 'TEXT_MESSAGE_END', messageId: 'm', metadata: { a: 3 } },
      { type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'look', parentMessageId: 'm', metadata: { d: 4 } },
      { type: 'TOOL_CALL_END', toolCallId: 'c', metadata: { e: 5 } },
    )
    expect(view().messages[1]).toMatchObject({
      content: 'x',
      metadata: { a: 3, b: 2 },
      toolCalls: [{ id: 'c', metadata: { d: 4, e: 5 } }],
    })
  })

  test("a tool's arguments grow in its call, beside the text of the same message", () => {
    running()
    const start = (toolCallId: string): EventJson => ({
      type: 'TOOL_CALL_START',
      toolCallId,
      toolCallName: 'look',
      parentMessageId: 'm',
    })
    say(...textOf('m', 'a'), start('c1'), start('c2'))
    say(
      { type: 'TOOL_CALL_ARGS', toolCallId: 'c1', delta: '{"q"' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'b' },
    )
    say(
      { type: 'TOOL_CALL_ARGS', toolCallId: 'c1', delta: ':1}' },
      { type: 'TOOL_CALL_END', toolCallId: 'c1' },
      start('c1'),
    )
    expect(view().messages[1]).toEqual({
      id: 'm',
      role: 'assistant',
      content: 'ab',
      parentId: 'ask',
      runId: 'run',
      toolCalls: [
        { id: 'c1', type: 'function', function: { name: 'look', arguments: '{"q":1}' } },
        { id: 'c2', type: 'function', function: { name: 'look', arguments: '' } },
      ],
    })
  })

  test('a tool call without a known assistant message gets one, as the standard client makes it', () => {
    running()
    say(
      { type: 'TOOL_CALL_START', toolCallId: 'c1', toolCallName: 'look', subagentRunId: 'sub' },
      { type: 'TOOL_CALL_START', toolCallId: 'c2', toolCallName: 'look', parentMessageId: 'unknown' },
      ...textOf('unknown', 'Text'),
      { type: 'TEXT_MESSAGE_START', messageId: 'person', role: 'user' },
      { type: 'TOOL_CALL_START', toolCallId: 'c3', toolCallName: 'look', parentMessageId: 'person' },
    )
    expect(view().messages.slice(1)).toMatchObject([
      { id: 'c1', role: 'assistant', subagentRunId: 'sub', toolCalls: [{ id: 'c1' }] },
      { id: 'unknown', content: 'Text', toolCalls: [{ id: 'c2' }] },
      { id: 'person', role: 'user' },
      { id: 'c3:call', role: 'assistant', toolCalls: [{ id: 'c3' }] },
    ])
  })

  test('encrypted values go to their message or call of the same run, and nowhere else', () => {
    running()
    const encrypted = (subtype: string, entityId: string): EventJson => ({
      type: 'REASONING_ENCRYPTED_VALUE',
      subtype,
      entityId,
      encryptedValue: '?',
    })
    say(...textOf('m', 'a'), { type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'look', parentMessageId: 'm' })
    say(
      encrypted('message', 'm'),
      encrypted('tool-call', 'c'),
      encrypted('message', 'ask'),
      encrypted('tool-call', 'no'),
    )
    log.agui('other', encrypted('tool-call', 'c'))
    expect(view().messages).toMatchObject([
      ask,
      { content: 'a', encryptedValue: '?', toolCalls: [{ id: 'c', encryptedValue: '?' }] },
    ])
    expect(view().messages[0]).not.toHaveProperty('encryptedValue')
  })

  test('a value for a call that a snapshot of the messages has taken away changes nothing, the list neither', () => {
    running()
    say({ type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant' })
    say({ type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'look', parentMessageId: 'm' })
    say({ type: 'MESSAGES_SNAPSHOT', messages: [{ id: 'm', role: 'assistant', content: '' }] })
    const thread = createFold(TEST_KEY)
    for (const envelope of log.envelopes) thread.apply(envelope)
    const { messages } = thread.view()
    say({ type: 'REASONING_ENCRYPTED_VALUE', subtype: 'tool-call', entityId: 'c', encryptedValue: '?' })
    for (const envelope of log.envelopes.slice(-1)) expect(thread.apply(envelope)).toBe('accepted')
    expect(thread.view().messages).toBe(messages)
  })
})

describe('state and activities', () => {
  test('state is set, patched, and left alone by a patch that does not apply', () => {
    running()
    say(
      { type: 'STATE_SNAPSHOT', snapshot: { a: 1, list: [1] } },
      { type: 'STATE_DELTA', delta: [{ op: 'add', path: '/list/-', value: 2 }] },
      {
        type: 'STATE_DELTA',
        delta: [
          { op: 'replace', path: '/a', value: 9 },
          { op: 'remove', path: '/no' },
        ],
      },
    )
    expect(view().state).toEqual({ a: 1, list: [1, 2] })
  })

  test('an activity is set, kept, replaced and patched in its place', () => {
    running()
    const set = (content: object, more = {}): EventJson => ({
      type: 'ACTIVITY_SNAPSHOT',
      messageId: 'plan',
      activityType: 'PLAN',
      content,
      ...more,
    })
    const patch = (messageId: string, path: string): EventJson => ({
      type: 'ACTIVITY_DELTA',
      messageId,
      activityType: 'PLAN',
      patch: [{ op: 'replace', path, value: 'new' }],
    })
    say(set({ step: 1 }, { subagentRunId: 'sub' }), set({ step: 2 }, { replace: false }))
    expect(view().messages[1]).toMatchObject({
      role: 'activity',
      activityType: 'PLAN',
      content: { step: 1 },
      subagentRunId: 'sub',
    })
    say(set({ step: 3, note: 'old' }), patch('plan', '/note'), patch('plan', '/nowhere'), patch('unknown', '/note'))
    expect(view().messages[1]).toMatchObject({ content: { step: 3, note: 'new' } })
  })
})

describe('what is read again', () => {
  const at = (seq: unknown, key: object | null = TEST_KEY) => ({
    v: 1,
    ...key,
    seq,
    at: '2026-01-01T00:00:00.000Z',
    kind: 'control',
    event: { type: 'thread.changed', title: 'New' },
  })

  test.each([
    ['behind', at(1), 'duplicate'],
    ['where the thread stands', at(2), 'duplicate'],
    ['the next', at(3), 'accepted'],
    ['ahead', at(4), 'gap'],
    ['of another thread', at(3, { ...TEST_KEY, threadId: 'other' }), 'foreign'],
    ['of another room', at(3, { ...TEST_KEY, roomId: 'other' }), 'foreign'],
    ['of none', at(3, null), undefined],
    ['at no place', at(null), undefined],
    ['nothing', null, undefined],
  ])('S001-C10 S001-29 is taken once and in its place, or not at all: %s', (_, value, admission) => {
    log.accept('run', [ask])
    log.control({ type: 'thread.changed', title: 'Old' })
    const thread = createFold(TEST_KEY, view())
    const before = thread.view()
    const envelope = readEnvelope(value)
    expect(envelope && thread.apply(envelope)).toBe(admission)
    if (admission !== 'accepted') expect(thread.view()).toBe(before)
    else expect(thread.view().seq).toBe(3)
  })
})

describe('what is open', () => {
  test('lists what is being written, with its sub-agent, until it closes', () => {
    running()
    say(
      { type: 'STEP_STARTED', stepName: 's' },
      { type: 'STEP_STARTED', stepName: 's', subagentRunId: 'sub' },
      { type: 'REASONING_START', messageId: 'block' },
      { type: 'SUBAGENT_STARTED', subagentRunId: 'sub', name: 'helper' },
      { type: 'SUBAGENT_STARTED', subagentRunId: 'bad', name: 'helper' },
    )
    expect(view().open.map(({ kind, id, subagentRunId }) => [kind, id, subagentRunId])).toEqual([
      ['step', 's', undefined],
      ['step', 's', 'sub'],
      ['reasoning_block', 'block', undefined],
      ['subagent', 'sub', 'sub'],
      ['subagent', 'bad', 'bad'],
    ])
    expect(view().open[0]).toMatchObject({ runId: 'run', startedAt: '2026-01-01T00:00:04.000Z' })
    say({ type: 'STEP_FINISHED', stepName: 's' }, { type: 'REASONING_END', messageId: 'block' })
    say(
      { type: 'SUBAGENT_FINISHED', subagentRunId: 'sub' },
      { type: 'SUBAGENT_ERROR', subagentRunId: 'bad', message: 'x' },
    )
    expect(view().open.map(({ subagentRunId }) => subagentRunId)).toEqual(['sub'])
  })

  test('nothing of an ended run is open, though it was not closed', () => {
    running()
    say(...textOf('m', 'a'))
    log.control({ type: 'run.ended', outcome: { type: 'succeeded' } }, 'run')
    say({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'late' })
    expect(view()).toMatchObject({ open: [], messages: [ask, { content: 'a' }] })
  })

  test("another run's open items stay when one ends", () => {
    running()
    say(...textOf('m', 'a'))
    log.control({ type: 'run.ended', outcome: { type: 'succeeded' } }, 'other')
    expect(view().open).toHaveLength(1)
  })
})

describe('runs, queue and interrupts', () => {
  const statuses = () => view().runs.map(({ runId, status }) => [runId, status])

  test('a run goes from the queue into the conversation with its start', () => {
    log.accept('run', [ask])
    expect(view()).toMatchObject({ messages: [], queue: [{ run: { runId: 'run' }, messages: [ask] }] })
    log.start('run', [ask], null)
    expect(view()).toMatchObject({
      queue: [],
      runs: [{ status: 'running', startedAt: '2026-01-01T00:00:03.000Z', parentId: 'ask' }],
    })
    expect(view().messages).toHaveLength(1)
  })

  test('the queue is in the order of acceptance until it is changed; an edit replaces messages', () => {
    for (const runId of ['a', 'b', 'c']) log.accept(runId, [{ ...ask, id: runId }])
    log.accept('a', [])
    log.control({ type: 'queue.changed', order: ['c', 'unknown', 'a'], paused: true, edited: { a: [ask] } })
    expect(view().queue.map(({ run, messages }) => [run.runId, messages[0]?.id])).toEqual([
      ['c', 'c'],
      ['a', 'ask'],
      ['b', 'b'],
    ])
    log.control({ type: 'queue.changed', order: ['b'], paused: false })
    expect(view().queue.map(({ run }) => run.runId)).toEqual(['b', 'c', 'a'])
  })

  test('S001-66 what waits keeps its order, its words and its pause in a view that is gone on with after a restart', () => {
    for (const runId of ['one', 'two', 'three']) log.accept(runId, [{ ...ask, id: runId }])
    log.control({ type: 'queue.changed', order: ['two', 'three', 'one'], paused: true })
    const before = view()
    log.accept('four', [{ ...ask, id: 'four' }])
    const after = view(JSON.parse(JSON.stringify(before)) as ThreadView)
    expect(after.queue.slice(0, 3)).toEqual(before.queue)
    expect(after.queue.map(({ run }) => run.runId)).toEqual(['two', 'three', 'one', 'four'])
    expect(after.queuePaused).toBe(true)
  })

  test('a position is not kept: it would be stale with the next start', () => {
    const run = { runId: 'run', agentId: 'demo', status: 'queued', position: 3, acceptedAt: 'then' } as const
    log.control({ type: 'run.accepted', run }, 'run')
    expect(view().runs).toEqual([{ runId: 'run', agentId: 'demo', status: 'queued', acceptedAt: 'then' }])
  })

  test('a run that was accepted as running is not in the queue', () => {
    log.control(
      { type: 'run.accepted', run: { runId: 'run', agentId: 'demo', status: 'running', acceptedAt: 'then' } },
      'run',
    )
    expect(view()).toMatchObject({ queue: [], runs: [{ status: 'running' }] })
  })

  test('a cancelled run stays cancelling, also through its start, until it has ended', () => {
    log.accept('run', [ask])
    log.control({ type: 'run.cancel-requested', by: 'ada' }, 'run')
    log.control({ type: 'run.status', status: 'cancelling' }, 'run')
    expect(view()).toMatchObject({ queue: [{ messages: [ask] }], runs: [{ status: 'cancelling' }] })
    log.start('run', [ask], null)
    expect(statuses()).toEqual([['run', 'cancelling']])
    log.end('run', { type: 'cancelled', by: 'ada' }, [{ outputTokens: 3 }])
    expect(view().runs).toEqual([
      {
        runId: 'run',
        agentId: 'demo',
        status: 'cancelled',
        outcome: { type: 'cancelled', by: 'ada' },
        parentId: 'ask',
        acceptedAt: '2026-01-01T00:00:00.000Z',
        startedAt: '2026-01-01T00:00:05.000Z',
        endedAt: '2026-01-01T00:00:07.000Z',
        usage: [{ outputTokens: 3 }],
      },
    ])
  })

  test('I2: an ended run does not change, whatever arrives', () => {
    running()
    log.end('run', { type: 'failed', code: 'agent_error', message: 'Broke.' }, [])
    const { runs } = view()
    log.control({ type: 'run.status', status: 'cancelling' }, 'run')
    log.start('run', [], null)
    log.end('run', { type: 'succeeded' }, [{ outputTokens: 1 }])
    expect(view().runs).toEqual(runs)
  })

  test('a run ended in the queue leaves it', () => {
    log.accept('run', [ask])
    log.agui('run', { type: 'RUN_ERROR', message: 'x', usage: [] })
    log.control({ type: 'run.ended', outcome: { type: 'superseded', by: 'other' } }, 'run')
    expect(view()).toMatchObject({ queue: [], runs: [{ status: 'superseded' }] })
  })

  test('questions are open until they are answered', () => {
    running()
    const interrupts = [
      { id: 'a', reason: 'approval' },
      { id: 'b', reason: 'approval' },
    ]
    log.end('run', { type: 'interrupted', interrupts })
    expect(view().interrupts).toEqual(interrupts)
    log.control({ type: 'interrupts.resolved', by: 'ada', interruptIds: ['a', 'unknown'] })
    expect(view().interrupts).toEqual([interrupts[1]])
    log.control({ type: 'interrupts.resolved', by: 'ada', interruptIds: ['unknown'] })
    expect(view().interrupts).toEqual([interrupts[1]])
    say({ type: 'RUN_FINISHED', outcome: { type: 'interrupt' } })
    expect(view().interrupts).toEqual([])
  })

  test('runs nobody accepted are ignored', () => {
    log.control({ type: 'run.status', status: 'running' }, 'unknown')
    log.control({ type: 'run.ended', outcome: { type: 'succeeded' } })
    expect(view().runs).toEqual([])
  })
})

describe('time', () => {
  const begin: EventJson = { type: 'REASONING_MESSAGE_START', messageId: 'thought', role: 'reasoning' }
  const wait = { reason: 'rate_limited', until: '2026-01-01T00:01:00.000Z', attempt: 2, maxAttempts: 5 } as const
  const waiting = (value: unknown): EventJson => ({ type: 'CUSTOM', name: 'holdfast.waiting', value })

  /** Folded in one go, and on from what every prefix gives. */
  function everyway(): ThreadView {
    const whole = view()
    for (let cut = 0; cut <= log.envelopes.length; cut += 1) {
      const first = createFold(TEST_KEY)
      for (const envelope of log.envelopes.slice(0, cut)) first.apply(envelope)
      expect(view(first.view())).toEqual(whole)
    }
    return whole
  }

  test('I4: a thought that is over knows how long it took, by the log, whatever its agent says of it later', () => {
    running()
    const at = log.envelopes.length
    say(begin, { type: 'REASONING_MESSAGE_CONTENT', messageId: 'thought', delta: 'Hm' })
    expect(view().messages[1]).not.toHaveProperty('endedAt')
    say({ type: 'REASONING_MESSAGE_END', messageId: 'thought' })
    const took = { startedAt: log.envelopes[at]?.at, endedAt: log.envelopes.at(-1)?.at }
    expect(everyway().messages[1]).toMatchObject({ content: 'Hm', ...took })
    say({ type: 'MESSAGES_SNAPSHOT', messages: [{ id: 'thought', role: 'reasoning', content: 'Hm!' }] })
    expect(everyway().messages[1]).toMatchObject({ content: 'Hm!', ...took })
    expect(view().messages[0]).not.toHaveProperty('endedAt')
  })

  test('a thought that its run left open ended with it', () => {
    running()
    say(begin)
    log.end('run', { type: 'cancelled', by: 'you' })
    expect(everyway().messages[1]).toMatchObject({ endedAt: log.envelopes.at(-1)?.at })
  })

  test('I4: a run waits for its provider until anything else of it follows', () => {
    running()
    say(waiting(wait))
    expect(everyway().runs).toMatchObject([{ status: 'running', waiting: wait }])
    say(waiting({ ...wait, reason: 'unavailable', attempt: 3, more: 'of the future' }))
    expect(everyway().runs).toMatchObject([{ waiting: { ...wait, reason: 'unavailable', attempt: 3 } }])
    say(begin)
    expect(everyway().runs[0]).not.toHaveProperty('waiting')
    say(waiting(wait))
    log.end('run', { type: 'succeeded' })
    expect(everyway().runs[0]).not.toHaveProperty('waiting')
    say(waiting(wait))
    expect(everyway().runs[0]).not.toHaveProperty('waiting')
  })

  test('what only looks like a wait is none, nor is one of a run that has not begun', () => {
    running()
    for (const value of [undefined, null, 7, {}, { ...wait, reason: 'tired' }, { ...wait, until: 1 }])
      say(waiting(value))
    say(waiting({ ...wait, attempt: '2' }), waiting({ ...wait, maxAttempts: undefined }))
    say({ type: 'CUSTOM', name: 'mine', value: wait })
    log.accept('next')
    log.agui('next', waiting(wait))
    expect(everyway().runs.map((run) => 'waiting' in run)).toEqual([false, false])
  })

  test('a wait that ends with its record alone is over', () => {
    running()
    say(waiting(wait))
    log.control({ type: 'run.ended', outcome: { type: 'succeeded' } }, 'run')
    expect(everyway().runs[0]).toMatchObject({ status: 'succeeded' })
    expect(view().runs[0]).not.toHaveProperty('waiting')
    log.control({ type: 'thread.deleted' })
    expect(everyway().runs).toEqual([])
  })
})

describe('the thread', () => {
  test('I8: of a deleted thread nothing is shown, and nothing comes back', () => {
    running()
    say(...textOf('m', 'a'), { type: 'STATE_SNAPSHOT', snapshot: 1 })
    log.control({ type: 'thread.deleted' })
    say(...textOf('n', 'b'))
    expect(view()).toEqual({ ...emptyView(TEST_KEY), deleted: true, seq: log.envelopes.length })
  })

  test('what is of no concern to a view moves the position and nothing else', () => {
    running()
    const before = view()
    log.control({ type: 'thread.changed', title: 'New' })
    log.control({ type: 'from.the.future' } as never)
    for (const type of [
      'TEXT_MESSAGE_CHUNK',
      'TOOL_CALL_CHUNK',
      'REASONING_MESSAGE_CHUNK',
      'RAW',
      'CUSTOM',
      'FUTURE',
    ]) {
      say({ type } as EventJson)
    }
    say(
      { type: 'TEXT_MESSAGE_START', messageId: 7 },
      { type: 'RUN_STARTED' },
      { type: 'MESSAGES_SNAPSHOT', messages: [null, { id: 1 }] },
    )
    const thread = createFold(TEST_KEY)
    for (const envelope of log.envelopes) thread.apply(envelope)
    thread.apply({ ...log.envelopes[0], seq: thread.seq + 1, kind: 'future' } as unknown as Envelope)
    expect(thread.view()).toEqual({ ...before, runs: thread.view().runs, seq: log.envelopes.length + 1 })
  })

  test('a message whose tool calls are none is no message', () => {
    running()
    say({
      type: 'MESSAGES_SNAPSHOT',
      messages: [
        { id: 'a', role: 'assistant', toolCalls: 'none' },
        { id: 'b', role: 'assistant', toolCalls: [null] },
        {
          id: 'c',
          role: 'assistant',
          toolCalls: [{ id: 'x', type: 'function', function: { name: 'look', arguments: '' } }],
        },
      ],
    })
    expect(view().messages.map(({ id }) => id)).toEqual(['ask', 'c'])
  })

  test('what an open item wrote into may be replaced by what has no place for it', () => {
    running()
    say(
      { type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'look', parentMessageId: 'm' },
      {
        type: 'MESSAGES_SNAPSHOT',
        messages: [
          { id: 'm', role: 'reasoning', content: 'Hm' },
          { id: 'n', role: 'user', content: [] },
        ],
      },
      { type: 'TOOL_CALL_ARGS', toolCallId: 'c', delta: 'lost' },
      ...textOf('n', 'lost'),
      { type: 'TOOL_CALL_END', toolCallId: 'c', metadata: {} },
    )
    expect(view().messages).toMatchObject([ask, { role: 'reasoning', content: 'Hm' }, { role: 'user', content: [] }])
  })

  test('I4: a view whose open items fit no message is continued without them', () => {
    const open = [
      { kind: 'text', id: 'gone', runId: 'run', startedAt: 'then' },
      { kind: 'tool_call', id: 'gone', runId: 'run', startedAt: 'then' },
    ] as const
    const thread = createFold(TEST_KEY, { ...emptyView(TEST_KEY), open })
    say(...textOf('gone', 'a'))
    for (const envelope of log.envelopes) thread.apply(envelope)
    expect(thread.view().messages).toMatchObject([{ id: 'gone', content: '' }])
  })
})
