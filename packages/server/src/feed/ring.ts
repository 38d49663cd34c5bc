/**
 * The recent end of one thread's log, in memory, shared by all its readers: bounded, dropped with the last of them.
 *
 * Owns: which records it holds, without holes, and the highest position anyone told of. Does not know: readers, stores.
 *
 * Invariants:
 * - What it holds is one run of records without holes; a notice that leaves a hole makes it begin anew (G2).
 * - Every reader at the same cursor gets the same bytes, not equal ones (one serialisation an event).
 * - It never holds more than `maxBytes`, nor keeps a larger buffer alive for a small part of it: what it keeps beyond its
 *   commits is an eighth of them, and `LARGEST_SHARED` at either end (G10).
 */
import { SINK_BYTES } from './sink.ts'
import { offsetAfter, type Slice } from './slice.ts'

const RING_BYTES = 256 * 1024
/** A commit may keep at most this much of somebody else's buffer alive; beyond, its bytes are copied once. */
const SPARE_BYTES = 4 * 1024
/** Copies of small commits share blocks that only this ring holds: one for each would cost more than the copying. */
const SMALLEST_SHARED = 1024
const LARGEST_SHARED = 16 * 1024

/** What the ring can say to a reader at a cursor. `unknown`: there is more, and only the store has it. */
export type Recent = ({ readonly type: 'slice' } & Slice) | { readonly type: 'current' } | { readonly type: 'unknown' }

export interface Ring {
  /** What a notice told: the records `firstSeq`–`lastSeq` are committed. Duplicates and reordering do no harm. */
  told(commit: { readonly firstSeq: number; readonly lastSeq: number; readonly frames?: Uint8Array | undefined }): void
  /**
   * The same, for readers of whom none is behind: gives it as it is while `tell` runs, and holds nothing afterwards,
   * neither this nor what was held before. What is too large to be given at once is held like any other.
   */
  pass(commit: Slice, tell: () => void): void
  /** A reading of the store showed this head: true if nobody had told of it. */
  raise(head: number): boolean
  /** Whole commits after the cursor that lie together, as many as fit in `maxBytes`, at least one. */
  after(cursor: number, maxBytes: number): Recent
  /** The highest position anyone told of; 0 before. */
  head(): number
  /** What it holds. */
  bytes(): number
}

/** Commits one behind the other, their bytes without a gap. An object for each commit would be most of what a busy ring costs. */
interface Block {
  readonly bytes: Buffer
  readonly firstSeq: number
  /** Of each commit: its last position, and where its bytes end. */
  readonly lastSeqs: number[]
  readonly ends: number[]
}

const CURRENT: Recent = { type: 'current' }
const UNKNOWN: Recent = { type: 'unknown' }

export interface RingOptions {
  readonly maxBytes?: number
  /** It passes no more than this, nor part of a larger buffer: whoever is slow to take it keeps all of that alive. */
  readonly passedBytes?: number
}

export function createRing({ maxBytes = RING_BYTES, passedBytes = SINK_BYTES }: RingOptions = {}): Ring {
  let blocks: Block[] = []
  /** How many commits of the first block have been let go. */
  let gone = 0
  let bytes = 0
  let head = 0
  /** The last answer since something was held: all readers at the same cursor are given this one. */
  let last: { readonly cursor: number; readonly limit: number; readonly recent: Recent } | undefined
  let passing: Extract<Recent, { type: 'slice' }> | undefined

  function restart() {
    blocks = []
    gone = 0
    bytes = 0
    last = undefined
  }

  const newest = () => blocks.at(-1)?.lastSeqs.at(-1)

  /** Where the next small commit is copied to: behind the last one, or into a larger block. */
  function roomFor(size: number, firstSeq: number): Block {
    const block = blocks.at(-1)
    const has = block?.bytes.byteLength ?? 0
    if (block && (block.ends.at(-1) ?? 0) + size <= has) return block
    const larger = Math.max(size, Math.min(LARGEST_SHARED, Math.max(SMALLEST_SHARED, 2 * has)))
    return add({ bytes: Buffer.alloc(larger), firstSeq, lastSeqs: [], ends: [] })
  }

  function add(block: Block): Block {
    blocks.push(block)
    return block
  }

  function told({ firstSeq, lastSeq, frames }: Parameters<Ring['told']>[0]) {
    head = Math.max(head, lastSeq)
    if (frames) hold({ firstSeq, lastSeq, frames })
  }

  function hold({ firstSeq, lastSeq, frames }: Slice) {
    const before = newest()
    if (before !== undefined && lastSeq <= before) return
    if (before !== undefined && firstSeq !== before + 1) restart()
    last = undefined
    const size = frames.byteLength
    if (frames.buffer.byteLength - size <= SPARE_BYTES) {
      add({ bytes: asBuffer(frames), firstSeq, lastSeqs: [lastSeq], ends: [size] })
    } else if (size > LARGEST_SHARED / 8) {
      const copy = Buffer.alloc(size)
      copy.set(frames)
      add({ bytes: copy, firstSeq, lastSeqs: [lastSeq], ends: [size] })
    } else {
      const block = roomFor(size, firstSeq)
      const from = block.ends.at(-1) ?? 0
      block.bytes.set(frames, from)
      block.lastSeqs.push(lastSeq)
      block.ends.push(from + size)
    }
    bytes += size
    while (bytes > maxBytes) letGo()
  }

  function letGo() {
    const [first] = blocks
    if (!first) return
    bytes -= (first.ends[gone] ?? 0) - (first.ends[gone - 1] ?? 0)
    gone++
    if (gone < first.ends.length) return
    blocks.shift()
    gone = 0
  }

  function find(cursor: number, limit: number): Recent {
    const [first] = blocks
    if (!first || cursor < (first.lastSeqs[gone - 1] ?? first.firstSeq - 1)) return UNKNOWN
    const block = blocks.findLast(({ firstSeq }) => firstSeq <= cursor + 1)
    if (!block) return UNKNOWN
    const { lastSeqs, ends } = block
    let at = lastSeqs.length
    while (at > 0 && (lastSeqs[at - 1] ?? 0) > cursor) at--
    if (at === lastSeqs.length) return UNKNOWN
    const from = cutAt(block, at, cursor)
    let to = at
    while (to + 1 < ends.length && (ends[to + 1] ?? 0) - from <= limit) to++
    const frames = block.bytes.subarray(from, ends[to])
    return { type: 'slice', firstSeq: cursor + 1, lastSeq: lastSeqs[to] ?? 0, frames }
  }

  return {
    told,
    pass(commit, tell) {
      const { firstSeq, lastSeq, frames } = commit
      if (frames.byteLength > passedBytes) {
        told(commit)
        tell()
        return
      }
      head = Math.max(head, lastSeq)
      if (blocks.length > 0) restart()
      const own = frames.buffer.byteLength <= passedBytes ? asBuffer(frames) : Buffer.from(frames)
      passing = { type: 'slice', firstSeq, lastSeq, frames: own }
      try {
        tell()
      } finally {
        passing = undefined
      }
    },
    raise(seen) {
      const news = seen > head
      head = Math.max(head, seen)
      return news
    },
    after(cursor, limit) {
      if (cursor >= head) return CURRENT
      if (passing && cursor === passing.firstSeq - 1) return passing
      if (last?.cursor !== cursor || last.limit !== limit) last = { cursor, limit, recent: find(cursor, limit) }
      return last.recent
    },
    head: () => head,
    bytes: () => bytes,
  }
}

/** Where, in the block, the first record after the cursor begins, which lies in its commit `at`. */
function cutAt({ bytes, firstSeq, lastSeqs, ends }: Block, at: number, cursor: number): number {
  const before = lastSeqs[at - 1] ?? firstSeq - 1
  const from = ends[at - 1] ?? 0
  return cursor === before ? from : from + offsetAfter(bytes.subarray(from, ends[at]), cursor - before)
}

/** Of anything but a Buffer node makes one for each socket that is given it. */
function asBuffer(frames: Uint8Array): Buffer {
  return Buffer.isBuffer(frames) ? frames : Buffer.from(frames.buffer, frames.byteOffset, frames.byteLength)
}
