/**
 * The recent end of one thread's log, in memory, shared by all its readers: bounded, dropped with the last of them.
 *
 * Owns: which records it holds, without holes, and the highest position anyone told of. Does not know: readers, stores.
 *
 * Invariants:
 * - What it holds is one run of records without holes; a notice that leaves a hole makes it begin anew (G2).
 * - Every reader at the same cursor gets the same bytes, not equal ones (one serialisation an event).
 * - It never holds more than `maxBytes`, nor keeps a larger buffer alive for a small slice of it: what it keeps beyond its
 *   slices is an eighth of them, and `LARGEST_SHARED` at either end (G10).
 */
import { joinSlices, type Slice, sliceAfter } from './slice.ts'

const RING_BYTES = 256 * 1024
/** A slice may keep at most this much of somebody else's buffer alive; beyond, its bytes are copied once. */
const SPARE_BYTES = 4 * 1024
/** Copies of small slices share buffers that only this ring holds: one for each would cost more than the copying. */
const SMALLEST_SHARED = 1024
const LARGEST_SHARED = 16 * 1024

/** What the ring can say to a reader at a cursor. `unknown`: there is more, and only the store has it. */
export type Recent = ({ readonly type: 'slice' } & Slice) | { readonly type: 'current' } | { readonly type: 'unknown' }

export interface Ring {
  /** What a notice told: the records `firstSeq`–`lastSeq` are committed. Duplicates and reordering do no harm. */
  told(commit: { readonly firstSeq: number; readonly lastSeq: number; readonly frames?: Uint8Array | undefined }): void
  /** A reading of the store showed this head: true if nobody had told of it. */
  raise(head: number): boolean
  /** Whole commits after the cursor, as many as fit in `maxBytes`, at least one. */
  after(cursor: number, maxBytes: number): Recent
  /** The highest position anyone told of; 0 before. */
  readonly head: number
  readonly bytes: number
}

export function createRing(maxBytes = RING_BYTES): Ring {
  let held: Slice[] = []
  let bytes = 0
  let head = 0
  let shared = Buffer.alloc(0)
  let used = 0

  function restart() {
    held = []
    bytes = 0
    shared = Buffer.alloc(0)
    used = 0
  }

  /** A Buffer: of anything else node makes one for each socket that is given it. */
  function own(frames: Uint8Array): Buffer {
    const size = frames.byteLength
    if (frames.buffer.byteLength - size <= SPARE_BYTES) return Buffer.from(frames.buffer, frames.byteOffset, size)
    if (size > LARGEST_SHARED / 8) {
      const copy = Buffer.alloc(size)
      copy.set(frames)
      return copy
    }
    if (used + size > shared.byteLength) {
      shared = Buffer.alloc(Math.max(size, Math.min(LARGEST_SHARED, Math.max(SMALLEST_SHARED, 2 * shared.byteLength))))
      used = 0
    }
    const copy = shared.subarray(used, used + size)
    copy.set(frames)
    used += size
    return copy
  }

  function hold(slice: Slice) {
    const last = held[held.length - 1]
    if (last && slice.lastSeq <= last.lastSeq) return
    if (last && slice.firstSeq !== last.lastSeq + 1) restart()
    held.push({ ...slice, frames: own(slice.frames) })
    bytes += slice.frames.byteLength
    while (bytes > maxBytes) bytes -= held.shift()?.frames.byteLength ?? bytes
  }

  return {
    told({ firstSeq, lastSeq, frames }) {
      head = Math.max(head, lastSeq)
      if (frames) hold({ firstSeq, lastSeq, frames })
    },
    raise(seen) {
      const news = seen > head
      head = Math.max(head, seen)
      return news
    },
    after(cursor, limit) {
      if (cursor >= head) return { type: 'current' }
      const first = held[0]
      if (!first || cursor < first.firstSeq - 1) return { type: 'unknown' }
      const from = firstBeyond(held, cursor)
      const begin = held[from]
      if (!begin) return { type: 'unknown' }
      const taken: [Slice, ...Slice[]] = [sliceAfter(begin, cursor)]
      let size = taken[0].frames.byteLength
      for (let index = from + 1; index < held.length; index++) {
        const next = held[index]
        if (!next || size + next.frames.byteLength > limit) break
        size += next.frames.byteLength
        taken.push(next)
      }
      return { type: 'slice', ...joinSlices(taken) }
    },
    get head() {
      return head
    },
    get bytes() {
      return bytes
    },
  }
}

/** Index of the first commit that reaches beyond the cursor; a live reader's is the last one. */
function firstBeyond(held: readonly Slice[], cursor: number): number {
  let index = held.length
  while (index > 0 && (held[index - 1]?.lastSeq ?? 0) > cursor) index--
  return index
}
