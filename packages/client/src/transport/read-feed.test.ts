/** The bytes of the one connection: whose each frame is, however they are cut. */
import { type Envelope, HEARTBEAT, type InboxFrame, type ThreadKey } from '@holdfast/core'
import { createLogBuilder } from '@holdfast/core/testing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TransportError } from './error.ts'
import { createFeedReader } from './read-feed.ts'

const A: ThreadKey = { roomId: 'R1', threadId: 'T1' }
/** The same thread id, in another room. */
const B: ThreadKey = { roomId: 'R2', threadId: 'T1' }
const NOT_ASKED: ThreadKey = { roomId: 'R1', threadId: 'T9' }

function logOf(key: ThreadKey): readonly Envelope[] {
  const builder = createLogBuilder(key)
  builder.accept('run', [{ id: 'm1', role: 'user', content: 'Grüße 👋 \u2028' }])
  builder.start('run')
  builder.agui('run', { type: 'TEXT_MESSAGE_START', messageId: 'm2', role: 'assistant' })
  return builder.envelopes
}

const ENTRY: InboxFrame = { cursor: 'c1', roomId: 'R1', threadId: 'T1', at: 'then', type: 'RunStarted', runId: 'run' }
const frame = (event: string, data: unknown) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
const bytes = (text: string) => new TextEncoder().encode(text)

/** What it says, in the order in which it says it. */
function reader() {
  const said: unknown[] = []
  const dropped: unknown[] = []
  const feed = createFeedReader([{ ...A, after: 0 } as ThreadKey, B], {
    onEnvelopes: (key, batch) => void said.push([key, batch.map(({ seq }) => seq)]),
    onCaughtUp: (what) => void said.push({ caughtUp: what }),
    onResync: (what) => void said.push({ resync: what }),
    onInbox: (batch) => void said.push({ inbox: batch }),
    onDropped: (reason, type) => void dropped.push([reason, type]),
  })
  return { said, dropped, feed }
}

const [a1, a2, a3] = logOf(A)
const [b1, b2] = logOf(B)
const STREAM = bytes(
  HEARTBEAT +
    frame('log', a1) +
    frame('log', a2) +
    frame('log', b1) +
    frame('inbox', ENTRY) +
    frame('log', b2) +
    frame('caught-up', { ...B, seq: 2 }) +
    HEARTBEAT +
    frame('log', a3) +
    frame('resync', { ...A, reason: 'deleted' }),
)

it('hands on each thread’s envelopes under its own key, as many as come in a row, in the order of the stream', () => {
  const { said, dropped, feed } = reader()
  feed.take(STREAM)
  expect(said).toEqual([
    [A, [1, 2]],
    [B, [1]],
    { inbox: [ENTRY] },
    [B, [2]],
    { caughtUp: { ...B, seq: 2 } },
    [A, [3]],
    { resync: { ...A, reason: 'deleted' } },
  ])
  expect(dropped).toEqual([])
})

it('says the same wherever the bytes are cut, in the middle of a character too', () => {
  const flat = (said: readonly unknown[]) =>
    said.flatMap((one) => (Array.isArray(one) ? (one[1] as number[]).map((seq) => [one[0], seq]) : [one]))
  const whole = reader()
  whole.feed.take(STREAM)
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat({ max: STREAM.length }), { maxLength: 12 }), (cuts) => {
      const { said, feed } = reader()
      const ends = [...cuts.toSorted((one, other) => one - other), STREAM.length]
      ends.reduce((from, to) => {
        feed.take(STREAM.slice(from, to))
        return to
      }, 0)
      expect(flat(said)).toEqual(flat(whole.said))
    }),
    { numRuns: 300 },
  )
})

it('S001-26 S001-49 G8 what does not say where it belongs, or belongs to a thread that was not asked for, is dropped and counted, each with its type', () => {
  const { said, dropped, feed } = reader()
  const foreign = logOf(NOT_ASKED)[1]
  feed.take(
    bytes(
      frame('log', foreign) +
        frame('log', { ...a1, roomId: null }) +
        frame('log', { ...a1, threadId: '' }) +
        'event: log\ndata: {"v":1\n\n' +
        frame('caught-up', { ...NOT_ASKED, seq: 1 }) +
        frame('resync', { reason: 'deleted' }) +
        frame('inbox', { type: 'RunStarted', roomId: 'R1' }) +
        frame('inbox', null) +
        frame('news', {}) +
        `data: ${JSON.stringify(a1)}\n\n` +
        frame('log', a1),
    ),
  )
  expect(dropped).toEqual([
    ['foreign', 'run.status'],
    ['malformed', 'run.accepted'],
    ['malformed', 'run.accepted'],
    ['malformed', undefined],
    ['foreign', 'caught-up'],
    ['malformed', 'resync'],
    ['malformed', 'RunStarted'],
    ['malformed', 'inbox'],
    ['malformed', 'news'],
    ['malformed', undefined],
  ])
  expect(said).toEqual([[A, [1]]])
})

it.each<[string, object]>([
  ['an end of a run without its outcome', { type: 'RunCompleted', roomId: 'R1', threadId: 'A', runId: 'r' }],
  ['an outcome that is none', { type: 'RunCompleted', roomId: 'R1', threadId: 'A', runId: 'r', outcome: null }],
  ['settings without any', { type: 'SettingsChanged' }],
  ['settings of another shape', { type: 'SettingsChanged', settings: { kinds: 5 } }],
])('an entry of the inbox that lacks what is read of it is dropped and counted: %s', (_, entry) => {
  const { dropped, feed } = reader()
  feed.take(bytes(frame('inbox', { cursor: 'c', ...entry })))
  expect(dropped).toEqual([['malformed', Object(entry).type]])
})

it('S001-29 a frame of a thread that was not asked for is not given to the thread of the frame before', () => {
  const { said, dropped, feed } = reader()
  const foreign = logOf(NOT_ASKED)[1]
  feed.take(bytes(frame('log', a1) + frame('log', foreign) + frame('log', b1) + frame('log', foreign)))
  expect(said).toEqual([
    [A, [1]],
    [B, [1]],
  ])
  expect(dropped).toHaveLength(2)
})

it('refuses a frame without an end before it fills the memory', () => {
  const { feed } = reader()
  const chunk = bytes(`data: ${'x'.repeat(1024 * 1024)}`)
  expect(() => {
    for (let megabyte = 0; megabyte < 20; megabyte += 1) feed.take(chunk)
  }).toThrow(TransportError)
})

it('a resync whose reason is unknown or missing is never a deletion: the snapshot is to be taken', () => {
  const { said, feed } = reader()
  for (const reason of ['gone', 'constructor', '', 7, null, undefined])
    feed.take(bytes(frame('resync', { ...A, reason })))
  expect(said).toEqual(Array.from({ length: 6 }, () => ({ resync: { ...A, reason: 'cursor_gone' } })))
})
