/** A `LogPage` made of stored bytes: envelopes are copied out of their frames, and nothing is decoded or serialised. */
import { copyEnvelopes } from '@holdfast/core'
import type { LogChunk } from '../store/port.ts'

const HEAD = Buffer.from('{"envelopes":[')

/** @throws Error for a frame that is not whole */
export function logPage({
  frames,
  lastSeq,
  head,
}: Pick<LogChunk, 'frames' | 'lastSeq' | 'head'>): Uint8Array<ArrayBuffer> {
  const tail = Buffer.from(`],"next":${lastSeq},"upToDate":${lastSeq >= head}}`)
  const page = new Uint8Array(HEAD.length + frames.byteLength + tail.length)
  page.set(HEAD)
  // A Buffer is searched faster.
  const stored = Buffer.from(frames.buffer, frames.byteOffset, frames.byteLength)
  const end = copyEnvelopes(stored, page, HEAD.length)
  page.set(tail, end)
  return page.subarray(0, end + tail.length)
}
