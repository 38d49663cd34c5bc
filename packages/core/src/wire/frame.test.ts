import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  agentEventJson,
  CAUGHT_UP,
  CAUGHT_UP_COMMENT,
  envelopeJson,
  eventFrame,
  eventJson,
  eventJsonIn,
  type FrameHead,
  feedFrame,
  frame,
  HEARTBEAT,
  inboxJson,
  isComment,
  splitFrames,
  wholeFrames,
} from './frame.ts'
import { anyEventJson, anyRecords, envelopesOf, framesOf, type TestRecord } from './testing/any-records.ts'

const head: FrameHead = { roomId: 'r', threadId: 't', runId: 'x', seq: 7, at: '2026-01-01T00:00:00.000Z', kind: 'agui' }

const anyRecord = anyRecords.map(([first]) => first as TestRecord)

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
      fc.property(anyRecord, ({ head: given, eventJson: event }) => {
        const text = frame(given, event)
        expect(text).not.toContain('\r')
        expect(text.split('\n')).toHaveLength(4)
        expect(text).toMatch(/^id: \d+\ndata: \{/)
      }),
    )
  })

  it('gives its event back byte for byte, and its envelope whole', () => {
    fc.assert(
      fc.property(anyRecord, ({ head: given, eventJson: event }) => {
        const text = frame(given, event)
        expect(eventJson(text)).toBe(event)
        expect(eventJsonIn(envelopeJson(text))).toBe(event)
        expect(JSON.parse(envelopeJson(text))).toEqual({ v: 1, ...given, event: JSON.parse(event) })
      }),
    )
  })
})

describe('stored text', () => {
  it('that is split and read again is what was written, in order', () => {
    fc.assert(
      fc.property(anyRecords, (records) => {
        const frames = splitFrames(framesOf(records).join(''))
        expect(frames).toEqual(framesOf(records))
        expect(frames.map((stored) => JSON.parse(envelopeJson(stored)))).toEqual(envelopesOf(records))
      }),
    )
  })

  it('that arrives in parts, divided anywhere, gives the same frames', () => {
    fc.assert(
      fc.property(anyRecords, fc.array(fc.nat(400), { maxLength: 8 }), (records, lengths) => {
        const text = `${HEARTBEAT}${framesOf(records).join(CAUGHT_UP)}`
        const got: string[] = []
        let rest = ''
        let from = 0
        for (const length of [...lengths, text.length]) {
          const arrived = wholeFrames(rest + text.slice(from, from + length))
          from += length
          got.push(...arrived.frames)
          rest = arrived.rest
        }
        expect(rest).toBe('')
        expect(got.filter((one) => !isComment(one))).toEqual(framesOf(records))
      }),
    )
  })

  it('of nothing is nothing, and a frame that was cut off is left out', () => {
    const whole = frame(head, '{}')
    expect(splitFrames('')).toEqual([])
    expect(splitFrames(whole + whole.slice(0, -1))).toEqual([whole])
    expect(wholeFrames(whole + whole.slice(0, -1))).toEqual({ frames: [whole], rest: whole.slice(0, -1) })
    expect(eventJsonIn('{}')).toBeUndefined()
  })
})

it("a run's stream has the events of that run's agent, and of nothing else", () => {
  fc.assert(
    fc.property(anyRecords, fc.constantFrom('a', 'b'), (records, runId) => {
      const own = records.filter((one) => one.head.kind === 'agui' && one.head.runId === runId)
      const found = framesOf(records).flatMap((stored) => agentEventJson(stored, runId) ?? [])
      expect(found).toEqual(own.map((one) => one.eventJson))
    }),
  )
  expect(eventFrame(7, '{"type":"X"}')).toBe('id: 7\ndata: {"type":"X"}\n\n')
})

it('a frame of the feed has its name before its data, whatever the data says', () => {
  expect(feedFrame('caught-up', '{}')).toBe('event: caught-up\ndata: {}\n\n')
  fc.assert(
    fc.property(anyEventJson, (json) => {
      expect(splitFrames(feedFrame('log', json))).toEqual([`event: log\ndata: ${json}\n\n`])
      expect(JSON.parse(inboxJson('c1', json))).toEqual({ cursor: 'c1', ...JSON.parse(json) })
    }),
  )
})

it('the heartbeat and the end of history are comments, which a reader of frames ignores', () => {
  expect([HEARTBEAT, CAUGHT_UP]).toEqual([': hb\n\n', ': caught-up\n\n'])
  expect(CAUGHT_UP).toBe(`: ${CAUGHT_UP_COMMENT}\n\n`)
})
