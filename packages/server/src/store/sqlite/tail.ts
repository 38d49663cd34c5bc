/**
 * The newest records of one thread, which no segment holds yet. They are durable in the journal, and kept here for
 * readers and for the next segment. Grows in place, so that a short run uses little memory.
 */
const SMALLEST = 1024

/** Changed only by the functions of this file. */
export interface Tail {
  /** The position of the first record held; `lastSeq + 1` if there is none. */
  firstSeq: number
  lastSeq: number
  /** In bytes. */
  length: number
  /** The journal rows that hold parts of it, oldest first. */
  rows: number[]
  /** Its content is at the beginning of this buffer. */
  buffer: Buffer
}

export function createTail(head: number): Tail {
  return { firstSeq: head + 1, lastSeq: head, length: 0, rows: [], buffer: Buffer.alloc(0) }
}

/** A view, valid until the next `addToTail` or `clearTail`. */
export function bytesOf({ buffer, length }: Tail): Buffer {
  return buffer.subarray(0, length)
}

export function addToTail(tail: Tail, frames: Uint8Array, lastSeq: number, row: number): void {
  const needed = tail.length + frames.length
  if (needed > tail.buffer.length) {
    const larger = Buffer.allocUnsafeSlow(Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(needed))))
    tail.buffer.copy(larger, 0, 0, tail.length)
    tail.buffer = larger
  }
  tail.buffer.set(frames, tail.length)
  tail.length = needed
  tail.lastSeq = lastSeq
  tail.rows.push(row)
}

/** Everything up to `lastSeq` has moved. */
export function clearTail(tail: Tail, lastSeq: number): void {
  tail.firstSeq = lastSeq + 1
  tail.lastSeq = lastSeq
  tail.length = 0
  tail.rows = []
}
