/**
 * A run of stored frames and where it lies in its thread's log. Owns cutting by position; does not know what the frames
 * say. A frame ends with its blank line, and JSON holds no raw line feed, so counting blank lines counts records.
 */
export interface Slice {
  /** Position of the first record. */
  readonly firstSeq: number
  readonly lastSeq: number
  readonly frames: Uint8Array
}

const LINE_FEED = 10

/** The part of a slice after a cursor that lies inside it; the slice itself, the same bytes, when that is all of it. */
export function sliceAfter(slice: Slice, cursor: number): Slice {
  if (cursor < slice.firstSeq) return slice
  let from = 0
  for (let seq = slice.firstSeq; seq <= cursor; seq++) {
    let lineFeed = slice.frames.indexOf(LINE_FEED, from)
    while (lineFeed !== -1 && slice.frames[lineFeed + 1] !== LINE_FEED) {
      lineFeed = slice.frames.indexOf(LINE_FEED, lineFeed + 1)
    }
    if (lineFeed === -1) break
    from = lineFeed + 2
  }
  return { firstSeq: cursor + 1, lastSeq: slice.lastSeq, frames: slice.frames.subarray(from) }
}

/** Neighbouring slices as one; a single one keeps its bytes. */
export function joinSlices(slices: readonly [Slice, ...Slice[]]): Slice {
  const [first] = slices
  const last = slices[slices.length - 1] ?? first
  if (slices.length === 1) return first
  return { firstSeq: first.firstSeq, lastSeq: last.lastSeq, frames: Buffer.concat(slices.map((slice) => slice.frames)) }
}
