/** Reads a range of a log that is an array of frames, the record with seq n at index n - 1. */
import type { LogChunk, LogRange } from '../port.ts'

export function readFrames(
  frames: readonly Uint8Array[],
  { after, maxBytes, maxRecords }: LogRange,
): LogChunk | { readonly type: 'cursor_ahead'; readonly head: number } {
  const head = frames.length
  if (after > head) return { type: 'cursor_ahead', head }
  const chosen: Uint8Array[] = []
  let bytes = 0
  for (let next = frames[after]; next; next = frames[after + chosen.length]) {
    const fits = bytes + next.byteLength <= maxBytes && chosen.length < maxRecords
    if (!fits && chosen.length > 0) break
    chosen.push(next)
    bytes += next.byteLength
  }
  return { type: 'chunk', firstSeq: after + 1, lastSeq: after + chosen.length, head, frames: Buffer.concat(chosen) }
}
