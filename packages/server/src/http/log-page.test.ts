import { type FrameHead, frame } from '@holdfast/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { logPage } from './log-page.ts'

const head: FrameHead = { roomId: 'r', threadId: 't', runId: 'x', seq: 7, at: '2026-01-01T00:00:00.000Z', kind: 'agui' }
const pageOf = (frames: string, lastSeq: number, end: number) =>
  Buffer.from(logPage({ frames: Buffer.from(frames), lastSeq, head: end })).toString()

it('a page holds the stored envelopes byte for byte, whatever their events say', () => {
  const delta = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\n\n', '\ndata: ', 'id: 9\n', '🙂', ',"event":'),
  )
  fc.assert(
    fc.property(fc.array(delta, { maxLength: 6 }), fc.integer({ min: 1, max: 1e9 }), (deltas, first) => {
      const events = deltas.map((delta) => ({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta }))
      const frames = events.map((event, n) => frame({ ...head, seq: first + n }, JSON.stringify(event)))
      const next = first + events.length - 1
      const envelopes = events.map((event, n) => ({ v: 1, ...head, seq: first + n, event }))
      expect(JSON.parse(pageOf(frames.join(''), next, next))).toEqual({ envelopes, next, upToDate: true })
    }),
  )
})

it('a page without records is empty, and says whether there is more', () => {
  expect(pageOf('', 7, 7)).toBe('{"envelopes":[],"next":7,"upToDate":true}')
  expect(pageOf(frame(head, '{}'), 7, 8)).toMatch(
    /^\{"envelopes":\[\{"v":1,.*,"event":\{\}\}\],"next":7,"upToDate":false\}$/,
  )
})

it('refuses a truncated frame', () => {
  expect(() => pageOf(frame(head, '{}').slice(0, -2), 7, 7)).toThrow('not whole')
})
