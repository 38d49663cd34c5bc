/**
 * The newest records of one thread that no segment holds yet: they are durable in the journal, and here for readers and
 * for the segment to come. Grows in place, so that a run that says little holds little.
 */
const SMALLEST = 1024

/** Changed by the functions of this file alone. */
export interface Tail {
  /** Position of the first record held; `lastSeq + 1` when none is. */
  firstSeq: number
  lastSeq: number
  /** Of its bytes. */
  length: number
  /** The journal rows that hold parts of it, oldest first. */
  rows: number[]
  /** Its bytes are the first of these. */
  buffer: Buffer
}

export function createTail(head: number): Tail {
  return { firstSeq: head + 1, lastSeq: head, length: 0, rows: [], buffer: Buffer.alloc(0) }
}

/** A view: whole until the next `addToTail` or `clearTail`. */
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

/** All of it has moved on, up to `lastSeq`. */
export function clearTail(tail: Tail, lastSeq: number): void {
  tail.firstSeq = lastSeq + 1
  tail.lastSeq = lastSeq
  tail.length = 0
  tail.rows = []
}
