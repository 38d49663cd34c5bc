/**
 * The recent end of one thread's log in memory, shared by all its readers. It is bounded and dropped with the last of
 * them.
 *
 * Owns: which records it holds, without holes, and the highest position known. Does not know: readers, stores.
 *
 * Invariants:
 * - Its records are contiguous. A notice that leaves a hole restarts the ring (G2).
 * - All readers at the same cursor get the same bytes, not equal ones: each event is serialised once.
 * - It never holds more than `maxBytes`, and never keeps a larger buffer alive for a small part of it. Beyond its
 *   commits it keeps an eighth of them, and `LARGEST_SHARED` at either end (G10).
 */
import { skipFrames } from '@holdfast/core'
import { SINK_BYTES } from './sink.ts'
import { asBuffer, type Slice } from './slice.ts'

const RING_BYTES = 256 * 1024
/** Bytes of a larger buffer that a commit may keep alive. Beyond this it is copied once. */
const SPARE_BYTES = 4 * 1024
/** Copies of small commits share blocks that only this ring holds. A buffer for each would cost more than the copy. */
const SMALLEST_SHARED = 1024
const LARGEST_SHARED = 16 * 1024

/** What the ring knows after a cursor. `unknown`: there is more, but only in the store. */
export type Recent = ({ readonly type: 'slice' } & Slice) | { readonly type: 'current' } | { readonly type: 'unknown' }

export interface Ring {
  /** A notice: the records `firstSeq`–`lastSeq` are committed. Duplicates and reordering are harmless. */
  told(commit: { readonly firstSeq: number; readonly lastSeq: number; readonly frames?: Uint8Array | undefined }): void
  /**
   * The same if no reader is behind: hands out the commit as it is while `tell` runs, and holds nothing afterwards,
   * neither this commit nor earlier ones. A commit too large to write at once is held like any other.
   */
  pass(commit: Slice, tell: () => void): void
  /** A store read showed this head. True if no notice had announced it. */
  raise(head: number): boolean
  /** Whole contiguous commits after the cursor, as many as fit in `maxBytes`, at least one. */
  after(cursor: number, maxBytes: number): Recent
  /** The highest position known; 0 initially. */
  head(): number
  /** Bytes that it holds. */
  bytes(): number
}

/** Contiguous commits and their bytes. One object per commit would be most of the cost of a busy ring. */
interface Block {
  readonly bytes: Buffer
  readonly firstSeq: number
  /** For each commit: its last position, and where its bytes end. */
  readonly lastSeqs: number[]
  readonly ends: number[]
}

const CURRENT: Recent = { type: 'current' }
const UNKNOWN: Recent = { type: 'unknown' }

export interface RingOptions {
  readonly maxBytes?: number
  /** Largest commit, and largest underlying buffer, that is passed on uncopied: a slow reader keeps all of it alive. */
  readonly passedBytes?: number
}

export function createRing({ maxBytes = RING_BYTES, passedBytes = SINK_BYTES }: RingOptions = {}): Ring {
  let blocks: Block[] = []
  /** Commits of the first block that were dropped. */
  let gone = 0
  let bytes = 0
  let head = 0
  /** The last answer since the ring changed: all readers at the same cursor get this one. */
  let last: { readonly cursor: number; readonly limit: number; readonly recent: Recent } | undefined
  let passing: Extract<Recent, { type: 'slice' }> | undefined

  function restart() {
    blocks = []
    gone = 0
    bytes = 0
    last = undefined
  }

  const newest = () => blocks.at(-1)?.lastSeqs.at(-1)

  /** Where the next small commit is copied: after the last one, or into a larger block. */
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

/** Offset in the block of the first record after the cursor, which lies in its commit `at`. */
function cutAt({ bytes, firstSeq, lastSeqs, ends }: Block, at: number, cursor: number): number {
  const before = lastSeqs[at - 1] ?? firstSeq - 1
  const from = ends[at - 1] ?? 0
  return cursor === before ? from : from + skipFrames(bytes.subarray(from, ends[at]), cursor - before)
}
