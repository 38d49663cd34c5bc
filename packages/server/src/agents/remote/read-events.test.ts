/** What frameworks put round events on their way. */
import { createSilenceWatch } from '@holdfast/core'
import { NO_EVENT } from '@holdfast/core/remote'
import { createManualClock } from '@holdfast/core/testing'
import { describe, expect, it } from 'vitest'
import { readEvents } from './read-events.ts'

const watch = createSilenceWatch({
  clock: createManualClock(),
  firstByteMs: 1_000,
  idleMs: 1_000,
  until: Number.MAX_SAFE_INTEGER,
  tooLong: () => new Error('too long'),
})

async function read(...pieces: readonly (string | Uint8Array)[]): Promise<unknown[]> {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece)
      controller.close()
    },
  })
  const events: unknown[] = []
  for await (const event of readEvents(new Response(body), watch)) events.push(event)
  return events
}

const A = { type: 'A', text: 'ä' }
const B = { type: 'B' }
const line = (event: unknown) => `data: ${JSON.stringify(event)}`

describe('the same two events are read', () => {
  it.each<[string, readonly (string | Uint8Array)[]]>([
    ['as they should be', [`${line(A)}\n\n${line(B)}\n\n`]],
    ['with a byte order mark', [`\uFEFF${line(A)}\n\n${line(B)}\n\n`]],
    ['with CRLF', [`${line(A)}\r\n\r\n${line(B)}\r\n\r\n`]],
    ['with CR', [`${line(A)}\r\r${line(B)}\r\r`]],
    ['without a blank behind the colon', [`data:${JSON.stringify(A)}\n\ndata:${JSON.stringify(B)}\n\n`]],
    ['with comments and heartbeats of the frame', [`: hello\n\n:\n\n${line(A)}\n\n: ping\n\n${line(B)}\n\n`]],
    ['with empty data', [`data:\n\ndata: \n\n${line(A)}\n\ndata:\n\n${line(B)}\n\ndata\n\n`]],
    [
      'with ids, names and times to come back',
      [`retry: 100\n\nid: 1\nevent: message\n${line(A)}\n\nid: 2\n${line(B)}\n\n`],
    ],
    [
      'with an end of the framework before, between and behind',
      [`data: [DONE]\n\n${line(A)}\n\ndata:  [DONE] \n\n${line(B)}\n\ndata: [DONE]\n\n`],
    ],
    ['with the last one unterminated', [`${line(A)}\n\n${line(B)}`]],
    ['with the last one half terminated', [`${line(A)}\n\n${line(B)}\n`]],
    ['with data in several lines', [`data: {\ndata: "type":"A",\ndata: "text":"ä"}\n\n${line(B)}\n\n`]],
    ['without a blank line between them', [`${line(A)}\n${line(B)}\n\n`]],
    ['in one list', [`${line([A, B])}\n\n`]],
    ['with their types in the frame', [`event: A\ndata: {"text":"ä"}\n\nevent: B\ndata: {}\n\n`]],
    ['behind blank lines', [`\n\n\r\n  \n${line(A)}\n\n${line(B)}\n\n`]],
    [
      'a byte at a time',
      [...new TextEncoder().encode(`${line(A)}\n\n${line(B)}\n\n`)].map((byte) => Uint8Array.of(byte)),
    ],
  ])('%s', async (_, pieces) => {
    expect(await read(...pieces)).toEqual([A, B])
  })
})

it('numbers that JSON has no word for are none, and words that look like them stay', async () => {
  const given = '{"a":NaN,"b":-Infinity,"c":[Infinity],"d":"NaN \\" Infinity"}'
  expect(await read(`data: ${given}\n\n`)).toEqual([{ a: null, b: null, c: [null], d: 'NaN " Infinity' }])
})

it('a word instead of an event is skipped; half an event is a failure, unless the stream ended in it', async () => {
  expect(await read('data: ping\n\n', `${line(B)}\n\n`)).toEqual([NO_EVENT, B])
  await expect(read('data: {"type":\n\n', `${line(B)}\n\n`)).rejects.toMatchObject({ code: 'agent_protocol' })
  expect(await read(`${line(B)}\n\ndata: {"type":`)).toEqual([B])
})

it.each(['<!doctype html>', '{"error":"no"}', '{"type":"A"}\n{"type":"B"}', 'Not Found', 'd', 'date: x'])(
  'what is no event stream is said to be none, with what to do: %s',
  async (body) => {
    const sentence = expect.stringMatching(/^AGUI_URL does not answer with an AG-UI event stream\. Set it/)
    await expect(read(body)).rejects.toMatchObject({ code: 'agent_protocol', message: sentence })
  },
)

it('nothing at all is nothing', async () => {
  expect(await read()).toEqual([])
  expect(await read('\n\n', ' ')).toEqual([])
})

it('a text that never ends, and blank lines without end, are each read once', async () => {
  // Where each quote looked at all that follow, this blocked for half an hour; blank lines were read again with each piece.
  const open = `"${'\\"'.repeat(400_000)}`
  expect(await read(`data: ${open}`)).toEqual([])
  await expect(read(`data: {"a":NaN,"b":${open}\n\n`)).rejects.toMatchObject({ code: 'agent_protocol' })
  const blanks = Array.from({ length: 2_000 }, () => '\n'.repeat(16_384))
  expect(await read(...blanks, `${line(A)}\n\n`)).toEqual([A])
})
