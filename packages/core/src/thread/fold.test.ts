import { describe, expect, it, test } from 'vitest'
import type { Envelope } from '../log/envelope.ts'
import { readEnvelope } from '../log/read.ts'
import { type EventJson, TEST_KEY } from '../testing/log-builder.ts'
import { createFold } from './fold.ts'
import { ask, emptyThread, runningThread, textOf } from './testing/written-thread.ts'
import { emptyView } from './thread-view.ts'

describe('an envelope', () => {
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
  ])('S001-C10 S001-29 is applied once and in its place, or not at all: %s', (_, value, admission) => {
    const { log, view } = emptyThread()
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

describe('the thread itself', () => {
  test('I8 a deleted thread shows nothing, and nothing comes back', () => {
    const { log, say, view } = runningThread()
    say(...textOf('m', 'a'), { type: 'STATE_SNAPSHOT', snapshot: 1 })
    log.control({ type: 'thread.deleted' })
    say(...textOf('n', 'b'))
    expect(view()).toEqual({ ...emptyView(TEST_KEY), deleted: true, seq: log.envelopes.length })
  })

  test('events that a view does not show move only the position', () => {
    const { fold, log, say, view } = runningThread()
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
    const thread = fold()
    thread.apply({ ...log.envelopes[0], seq: thread.seq() + 1, kind: 'future' } as unknown as Envelope)
    expect(thread.view()).toEqual({ ...before, runs: thread.view().runs, seq: log.envelopes.length + 1 })
  })

  test('I4 a view whose open items fit no message continues without them', () => {
    const { log, say } = emptyThread()
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

it('a view says what holds its queue, while something does', () => {
  const { log, view } = emptyThread()
  log.accept('run', [ask])
  expect(view()).not.toHaveProperty('queueHeldBy')
  log.control({ type: 'queue.changed', order: [], paused: true, heldBy: 'failure' })
  expect(view()).toMatchObject({ queuePaused: true, queueHeldBy: 'failure' })
  log.control({ type: 'queue.changed', order: [], paused: false })
  expect(view()).not.toHaveProperty('queueHeldBy')
})
