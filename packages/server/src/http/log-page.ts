/**
 * `LogPage` out of stored bytes: envelopes are copied from their frames; nothing is decoded, parsed or serialised.
 * A frame is `id: <seq>\ndata: <envelope>\n\n` and JSON holds no raw line feed (core/wire/frame.ts).
 */
import type { LogChunk } from '../store/port.ts'

const LINE_FEED = 10
const COMMA = 44
const DATA = 'data: '.length
const HEAD = Buffer.from('{"envelopes":[')

/** @throws Error for a frame that is not whole */
export function logPage({
  frames,
  lastSeq,
  head,
}: Pick<LogChunk, 'frames' | 'lastSeq' | 'head'>): Uint8Array<ArrayBuffer> {
  const tail = Buffer.from(`],"next":${lastSeq},"upToDate":${lastSeq >= head}}`)
  // An envelope and its comma are shorter than its frame.
  const page = new Uint8Array(HEAD.length + frames.byteLength + tail.length)
  page.set(HEAD)
  let at = HEAD.length
  for (let from = 0; from < frames.byteLength; ) {
    const data = frames.indexOf(LINE_FEED, from) + 1
    const end = frames.indexOf(LINE_FEED, data)
    if (data === 0 || end === -1) throw new Error('A stored frame is not whole.')
    if (from > 0) page[at++] = COMMA
    page.set(frames.subarray(data + DATA, end), at)
    at += end - data - DATA
    from = end + 2
  }
  page.set(tail, at)
  return page.subarray(0, at + tail.length)
}
