import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Envelope } from '../log/envelope.ts'
import { legalLog } from '../testing/legal-log.ts'
import { TEST_KEY } from '../testing/log-builder.ts'
import { createFold } from '../thread/fold.ts'
import { frame } from './frame.ts'
import { joinedFrames } from './frame-joins.ts'

const nasty = fc.constantFrom('\n\n', '"}}\n\n', '"', '\\', '"}', ',"event":', '\ndata: ', '🙂', '\ud83d', '\ude00', '')
const text = fc
  .array(fc.oneof(nasty, fc.constant('word '), fc.string({ unit: 'binary' })), { maxLength: 4 })
  .map((parts) => parts.join(''))
const timestamp = fc.oneof(fc.integer(), fc.maxSafeInteger())

/** Deltas as a recorder writes them, and as nobody does. */
const delta = fc.oneof(
  fc.record({ type: fc.constant('TEXT_MESSAGE_CONTENT'), messageId: fc.constantFrom('a', 'b'), delta: text }),
  fc.record({ type: fc.constant('TEXT_MESSAGE_CONTENT'), messageId: fc.constant('a'), timestamp, delta: text }),
  fc.record({ type: fc.constant('TEXT_MESSAGE_CONTENT'), messageId: fc.constant('a'), delta: text, timestamp }),
  fc.record({
    type: fc.constant('TEXT_MESSAGE_CONTENT'),
    messageId: fc.constant('a'),
    delta: text,
    metadata: fc.dictionary(fc.constantFrom('x', 'y'), text),
  }),
  fc.record({ type: fc.constant('TOOL_CALL_ARGS'), toolCallId: fc.constant('call'), delta: text }),
  fc.record({
    type: fc.constant('TEXT_MESSAGE_CONTENT'),
    messageId: fc.constant('a'),
    subagentRunId: fc.constant('s'),
    delta: text,
  }),
  fc.record({ type: fc.constant('TEXT_MESSAGE_CONTENT'), messageId: fc.constant('a'), delta: text, more: text }),
)
const opened = [
  { type: 'TEXT_MESSAGE_START', messageId: 'a', role: 'assistant' },
  { type: 'TEXT_MESSAGE_START', messageId: 'b', role: 'assistant' },
  { type: 'TOOL_CALL_START', toolCallId: 'call', toolCallName: 'tool' },
]

/** Of two runs, so that neighbours may have another address. */
const deltas = fc
  .array(fc.record({ event: delta, runId: fc.constantFrom('run', 'run', 'run', 'other') }), { maxLength: 30 })
  .map((said) =>
    [...opened.map((event) => ({ event, runId: 'run' })), ...said].map(
      ({ event, runId }, index) =>
        ({
          v: 1,
          ...TEST_KEY,
          runId,
          seq: index + 1,
          at: `2026-01-01T00:00:${String(index % 60).padStart(2, '0')}.000Z`,
          kind: 'agui',
          event,
        }) as unknown as Envelope,
    ),
  )

const cutLog = fc
  .oneof(deltas, legalLog())
  .chain((log) => fc.tuple(fc.constant(log), fc.nat(log.length), fc.nat(log.length)))

function stored(log: readonly Envelope[]): string {
  return log.map(({ event, v: _, ...head }) => frame(head, JSON.stringify(event))).join('')
}

describe('frames read for a fold', () => {
  it('I4 give the same view as their single envelopes, wherever the fold is and the text begins', () => {
    fc.assert(
      fc.property(cutLog, ([log, at, from]) => {
        const each = createFold(TEST_KEY)
        for (const envelope of log.slice(0, at)) each.apply(envelope)
        const few = createFold(TEST_KEY, each.view())
        for (const { envelope, since } of joinedFrames(stored(log.slice(Math.min(from, at))), few.seq())) {
          expect(few.apply(envelope, since)).toBe('accepted')
        }
        for (const envelope of log.slice(at)) each.apply(JSON.parse(JSON.stringify(envelope)))
        expect(few.view()).toEqual(each.view())
      }),
      { numRuns: 200 },
    )
  })

  it('join the deltas of one message, so that no token is parsed alone', () => {
    const log = Array.from({ length: 100 }, (_, index) => ({
      ...TEST_KEY,
      runId: 'run',
      seq: index + 1,
      at: '2026-01-01T00:00:00.000Z',
      kind: 'agui' as const,
    }))
    const said = (index: number) => ({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: `say "${index}"\n` })
    const text = log.map((head, index) => frame(head, JSON.stringify(said(index)))).join('')
    const [only, ...more] = joinedFrames(text, 0)
    expect(more).toEqual([])
    expect(only?.since).toBe(1)
    expect(only?.envelope).toMatchObject({
      seq: 100,
      event: { delta: log.map((_, index) => said(index).delta).join('') },
    })
  })
})
