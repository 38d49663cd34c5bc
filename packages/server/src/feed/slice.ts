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

/** Where the first `records` of them end. */
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
