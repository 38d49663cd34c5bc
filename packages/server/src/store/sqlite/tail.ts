/**
 * The newest records of one thread that no segment holds yet: they are durable in the journal, and here for readers and
 * for the segment to come. Grows in place, so that a run that says little holds little.
 */
const SMALLEST = 1024

export interface Tail {
  /** Position of the first record held; `lastSeq + 1` when none is. */
  readonly firstSeq: number
  readonly lastSeq: number
  /** Of its bytes. */
  readonly length: number
  /** A view: whole until the next `add` or `clear`. */
  readonly bytes: Buffer
  /** The journal rows that hold parts of it, oldest first. */
  readonly rows: readonly number[]
  add(frames: Uint8Array, lastSeq: number, row: number): void
  /** All of it has moved on, up to `lastSeq`. */
  clear(lastSeq: number): void
}

export function createTail(head: number): Tail {
  let firstSeq = head + 1
  let lastSeq = head
  let buffer = Buffer.alloc(0)
  let length = 0
  let rows: number[] = []

  return {
    get firstSeq() {
      return firstSeq
    },
    get lastSeq() {
      return lastSeq
    },
    get length() {
      return length
    },
    get bytes() {
      return buffer.subarray(0, length)
    },
    get rows() {
      return rows
    },
    add(frames, to, row) {
      const needed = length + frames.length
      if (needed > buffer.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(needed))))
        buffer.copy(larger, 0, 0, length)
        buffer = larger
      }
      buffer.set(frames, length)
      length = needed
      lastSeq = to
      rows.push(row)
    },
    clear(to) {
      firstSeq = to + 1
      lastSeq = to
      length = 0
      rows = []
    },
  }
}
