/** Reads a range of a log that is an array of frames, the record with seq n at index n - 1 - trimmed. */
import type { LogChunk, LogRange } from '../port.ts'

type Answer =
  | LogChunk
  | { readonly type: 'cursor_ahead'; readonly head: number }
  | { readonly type: 'cursor_gone'; readonly firstSeq: number }

export function readFrames(
  { frames, trimmed }: { readonly frames: readonly Uint8Array[]; readonly trimmed: number },
  { after, maxBytes, maxRecords }: LogRange,
): Answer {
  const head = trimmed + frames.length
  if (after > head) return { type: 'cursor_ahead', head }
  if (after < trimmed) return { type: 'cursor_gone', firstSeq: trimmed + 1 }
  const chosen: Uint8Array[] = []
  let bytes = 0
  const from = after - trimmed
  for (let next = frames[from]; next; next = frames[from + chosen.length]) {
    const fits = bytes + next.byteLength <= maxBytes && chosen.length < maxRecords
    if (!fits && chosen.length > 0) break
    chosen.push(next)
    bytes += next.byteLength
  }
  return { type: 'chunk', firstSeq: after + 1, lastSeq: after + chosen.length, head, frames: Buffer.concat(chosen) }
}
