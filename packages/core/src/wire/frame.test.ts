import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { envelopeJson, eventJson, type FrameHead, frame, HEARTBEAT, splitFrames } from './frame.ts'

const head: FrameHead = { roomId: 'r', threadId: 't', runId: 'x', seq: 7, at: '2026-01-01T00:00:00.000Z', kind: 'agui' }

const id = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,20}$/)
const anyHead: fc.Arbitrary<FrameHead> = fc
  .record({
    roomId: id,
    threadId: id,
    runId: fc.option(id, { nil: undefined }),
    seq: fc.integer({ min: 1 }),
    at: fc.constant(head.at),
    kind: fc.constantFrom('agui' as const, 'control' as const),
  })
  .map(({ runId, ...rest }) => (runId === undefined ? rest : { ...rest, runId }))

/** Event JSON as a recorder makes it: what breaks lines, looks like a head, or is hard to encode inside the strings. */
const nasty = fc.constantFrom(
  '\n\n',
  '\r\n',
  '\u2028\u2029',
  ',"event":',
  '\ndata: ',
  'id: 9\n',
  '"}\n\n',
  '🙂',
  '\ud800',
  '',
)
const eventText = fc
  .array(fc.oneof(nasty, fc.string({ unit: 'binary' })), { maxLength: 6 })
  .map((pieces) => JSON.stringify({ type: 'TEXT_MESSAGE_CONTENT', messageId: pieces.join(''), delta: pieces.join('') }))

describe('a stored frame', () => {
  it('is these bytes', () => {
    expect(frame(head, '{"type":"X"}')).toBe(
      'id: 7\ndata: {"v":1,"roomId":"r","threadId":"t","runId":"x","seq":7,"at":"2026-01-01T00:00:00.000Z","kind":"agui","event":{"type":"X"}}\n\n',
    )
  })

  it('leaves runId out when there is none, and event comes last', () => {
    const { runId: _, ...rest } = head
    const envelope = JSON.parse(envelopeJson(frame({ ...rest, kind: 'control' }, '{}')))
    expect(Object.keys(envelope)).toEqual(['v', 'roomId', 'threadId', 'seq', 'at', 'kind', 'event'])
  })

  it('has exactly two lines and a blank one, LF only, whatever the event says', () => {
    fc.assert(
      fc.property(anyHead, eventText, (given, event) => {
        const text = frame(given, event)
        expect(text).not.toContain('\r')
        expect(text.split('\n')).toHaveLength(4)
        expect(text).toMatch(/^id: \d+\ndata: \{/)
      }),
    )
  })

  it('gives its event back byte for byte, and its envelope whole', () => {
    fc.assert(
      fc.property(anyHead, eventText, (given, event) => {
        const text = frame(given, event)
        expect(eventJson(text)).toBe(event)
        expect(JSON.parse(envelopeJson(text))).toEqual({ v: 1, ...given, event: JSON.parse(event) })
      }),
    )
  })
})

describe('splitting stored text', () => {
  it('gives back every frame, in order and nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyHead, eventText), { maxLength: 8 }), (given) => {
        const frames = given.map(([one, event]) => frame(one, event))
        expect(splitFrames(frames.join(''))).toEqual(frames)
      }),
    )
  })

  it('of nothing is nothing, and a frame that was cut off is not one', () => {
    const whole = frame(head, '{}')
    expect(splitFrames('')).toEqual([])
    expect(splitFrames(whole + whole.slice(0, -1))).toEqual([whole])
  })
})

it('the heartbeat is a comment: a reader of frames sees nothing of it', () => {
  expect(HEARTBEAT).toBe(': hb\n\n')
})
