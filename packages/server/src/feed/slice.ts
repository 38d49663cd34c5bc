/**
 * A range of stored frames and its position in the thread's log. Owns slicing by position; does not know what the
 * frames contain. A frame ends with a blank line, and JSON contains no raw line feed, so counting blank lines counts
 * records.
 */
export interface Slice {
  /** Position of the first record. */
  readonly firstSeq: number
  readonly lastSeq: number
  readonly frames: Uint8Array
}

const LINE_FEED = 10

/** Offset of the end of the first `records` frames. */
export function offsetAfter(frames: Uint8Array, records: number): number {
  let from = 0
  for (let record = 0; record < records; record++) {
    let lineFeed = frames.indexOf(LINE_FEED, from)
    while (lineFeed !== -1 && frames[lineFeed + 1] !== LINE_FEED) lineFeed = frames.indexOf(LINE_FEED, lineFeed + 1)
    if (lineFeed === -1) break
    from = lineFeed + 2
  }
  return from
}
