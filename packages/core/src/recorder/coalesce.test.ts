import { expect, it } from 'vitest'
import { parsed, recordAll, recorderOf, SUCCEEDED, say, start, stop, typesOf } from './testing/recorders.ts'

it('joins consecutive deltas into one event with the first timestamp', () => {
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

it('does not join a delta with metadata, because readers merge metadata per event', () => {
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
  'splits a delta of %j at code points and stays within the bound',
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

it('reports exactly the bytes that take then returns', () => {
  const recorder = recorderOf()
  expect(recorder.pendingBytes()).toBe(0)
  recordAll(recorder, [start, say('grüße 🙂\n'), { type: 'STATE_SNAPSHOT', snapshot: { a: 'ü' } }, say('x')])
  const waiting = recorder.pendingBytes()
  expect(waiting).toBe(recorder.take().reduce((sum, json) => sum + Buffer.byteLength(json), 0))
  expect(recorder.pendingBytes()).toBe(0)
  expect(recorder.take()).toEqual([])
})

it('keeps the metadata of arguments of a tool call', () => {
  const recorder = recorderOf()
  const args = { type: 'TOOL_CALL_ARGS', toolCallId: 'c1', delta: '{' }
  recordAll(recorder, [
    { type: 'TOOL_CALL_START', toolCallId: 'c1', toolCallName: 'f' },
    { ...args, metadata: { a: 1 }, timestamp: 2 },
  ])
  expect(parsed(recorder.take())[1]).toEqual({ ...args, metadata: { a: 1 }, timestamp: 2 })
})

it('S001-C5 a late piece of a call opens it; long output stays within the bound and loses nothing; all of it is written before an end or an error', () => {
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
