/**
 * The logs of all threads: combines the journal, the segments and the tails in memory.
 *
 * Owns: the seq of every thread, where its bytes are stored, what moves and when. Does not know: what an event means,
 * whose a thread is, when a transaction begins.
 *
 * Invariants:
 * - `append` and `seal` only stage; `write` writes what is staged into the open transaction; memory follows in
 *   `committed`, and nothing staged remains after `rolledBack` (G1).
 * - A thread's segments, then its tail, hold 1 … head without gaps (G2).
 * - A journal row is deleted once every part of it is in a segment; the newest row stays, for its time.
 */
import type { DatabaseSync } from 'node:sqlite'
import { cutFrames, divideFrames, type FrameBudget } from '@holdfast/core'
import type { LogRange } from '../port.ts'
import { PART_HEAD, type Part, ROW_HEAD, writePartHead } from './journal-body.ts'
import { createMoves } from './moves.ts'
import { createScratch } from './scratch.ts'
import { createSegments, DamagedLog, type Piece } from './segments.ts'
import { addToTail, bytesOf, clearTail, createTail, type Tail } from './tail.ts'

export interface LogLimits {
  /** A tail this long, in records or bytes, moves into a segment with the next commit that has space for it. */
  readonly tailRecords: number
  readonly tailBytes: number
  /** Segments are divided at about this size. */
  readonly segmentBytes: number
  /**
   * Tails older than this many commits move, a few with each commit, so that a quiet thread does not hold the journal
   * back.
   */
  readonly journalRows: number
  /** About how many bytes of long or old tails one commit moves; more if more data comes in. */
  readonly moveBytes: number
}

export const DEFAULT_LIMITS: LogLimits = {
  tailRecords: 1_024,
  tailBytes: 64 * 1024,
  segmentBytes: 64 * 1024,
  journalRows: 256,
  moveBytes: 256 * 1024,
}

/** How often old tails are looked for while the journal grows by `journalRows`. */
const LOOKS = 8

/** What one commit added, all threads in one buffer. */
export interface CommittedFrames {
  readonly buffer: ArrayBuffer
  readonly parts: readonly Part[]
  /** Frames that moved into segments, in a buffer of their own, so that they can be folded while they are in memory. */
  readonly moved: readonly MovedFrames[]
}

export interface MovedFrames extends Piece {
  readonly thread: number
}

export interface ReadFrames {
  readonly firstSeq: number
  readonly lastSeq: number
  /** In a buffer of its own. */
  readonly frames: Uint8Array<ArrayBuffer>
}

export interface ThreadLog {
  /** The thread's last position, including staged records. */
  head(thread: number): number
  /** The thread's last committed position. */
  committedHead(thread: number): number
  append(thread: number, frames: readonly string[]): void
  /** The frames staged for a thread, as text. */
  staged(thread: number): string
  /** No more records are expected soon: the tail moves into a segment with this commit. */
  seal(thread: number): void
  sealAll(): void
  /** Drops everything of the thread. What is staged is still published. */
  drop(thread: number): void
  write(at: number): void
  committed(): CommittedFrames
  rolledBack(): void
  /** Committed frames after a cursor that is not past the head. */
  read(thread: number, range: LogRange): ReadFrames
}

const NOTHING = Buffer.alloc(0)

interface Staged {
  readonly firstSeq: number
  lastSeq: number
  text: string
}

interface Plan {
  readonly row: number
  readonly buffer: ArrayBuffer
  readonly journaled: readonly Part[]
  /** Moved into segments up to `lastSeq`. `part` is what this commit added, if anything. */
  readonly moved: readonly (MovedFrames & { readonly part: Part | undefined })[]
  /** How many parts each older row loses. */
  readonly released: ReadonlyMap<number, number>
}

export function createThreadLog(database: DatabaseSync, nextRow: number, limits: LogLimits): ThreadLog {
  const segments = createSegments(database)
  const insertRow = database.prepare('INSERT INTO journal (id, body) VALUES (?, ?)')
  const deleteRow = database.prepare('DELETE FROM journal WHERE id = ?')
  const moves = createMoves(limits.moveBytes)
  const scratch = createScratch()

  const tails = new Map<number, Tail>()
  /** Rows of the journal, oldest first, and how many of their parts no segment holds yet. */
  const rows = new Map<number, number>([[nextRow - 1, 0]])
  let row = nextRow

  let staged = new Map<number, Staged>()
  let sealed = new Set<number>()
  let dropped = new Set<number>()
  let plan: Plan | undefined
  /** The row from which old tails are looked for again. */
  let lookAgain = 0

  const committedHead = (thread: number) => tails.get(thread)?.lastSeq ?? segments.lastSeq(thread)
  const head = (thread: number) => staged.get(thread)?.lastSeq ?? committedHead(thread)

  const isAged = (tail: Tail | undefined) => (tail?.rows[0] ?? row) < row - limits.journalRows / 2

  /** Marks the tails that keep the journal's oldest rows. Scans all tails, so it does not run with every commit. */
  function wantAged(): void {
    const oldest = rows.keys().next().value ?? row
    if (row - oldest < limits.journalRows || row < lookAgain) return
    lookAgain = row + limits.journalRows / LOOKS
    for (const [thread, tail] of tails) if (isAged(tail)) moves.want(thread)
  }

  /** The length of the tail relative to its limits. */
  function fullness(tail: Tail | undefined, added: Staged, bytes: number): number {
    const records = added.lastSeq - (tail?.firstSeq ?? added.firstSeq) + 1
    return Math.max(records / limits.tailRecords, (bytes + (tail?.length ?? 0)) / limits.tailBytes)
  }

  /** Rows that are no longer needed: those that lose their last part, and the newest so far if it had none. */
  function spent(released: ReadonlyMap<number, number>): number[] {
    const candidates = new Set(released.keys()).add(row - 1)
    return [...candidates].filter((id) => rows.get(id) === (released.get(id) ?? 0))
  }

  function forget(): void {
    scratch.clear()
    staged = new Map()
    sealed = new Set()
    dropped = new Set()
    plan = undefined
  }

  return {
    head,
    committedHead,
    append(thread, frames) {
      if (frames.length === 0) return
      let there = staged.get(thread)
      if (!there) {
        const before = committedHead(thread)
        there = { firstSeq: before + 1, lastSeq: before, text: '' }
        staged.set(thread, there)
      }
      there.lastSeq += frames.length
      for (const frame of frames) there.text += frame
    },
    staged: (thread) => staged.get(thread)?.text ?? '',
    seal: (thread) => void sealed.add(thread),
    drop(thread) {
      sealed.add(thread)
      dropped.add(thread)
    },
    sealAll() {
      for (const thread of tails.keys()) sealed.add(thread)
    },

    write(at) {
      wantAged()
      const moving = new Set(sealed)
      const incoming = { bytes: 0, tails: 0 }
      const texts = [...staged].map(([thread, added]) => {
        const bytes = scratch.bytesOf(added.text)
        const tail = tails.get(thread)
        const full = fullness(tail, added, bytes.length)
        if (full >= 1) moves.want(thread)
        if (full >= 2) moving.add(thread)
        incoming.bytes += bytes.length
        if (!tail?.length) incoming.tails++
        return { thread, added, bytes }
      })
      for (const thread of moves.take(incoming, (one) => tails.get(one)?.length ?? 0)) {
        moving.add(thread)
        // The thread was quiet until now, so nothing of it stays in memory.
        if (isAged(tails.get(thread))) sealed.add(thread)
      }
      // First the parts of the journal row, then those that go straight into segments.
      texts.sort((a, b) => Number(moving.has(a.thread)) - Number(moving.has(b.thread)))

      const size = texts.reduce((sum, { bytes }) => sum + PART_HEAD + bytes.length, ROW_HEAD)
      const body = Buffer.from(new ArrayBuffer(size))
      body.writeDoubleLE(at, 0)
      let end = ROW_HEAD
      let rowEnd = ROW_HEAD
      const journaled: Part[] = []
      const moved = new Map<number, Part | undefined>()
      for (const { thread, added, bytes } of texts) {
        const from = end + PART_HEAD
        body.set(bytes, from)
        const frames = body.subarray(from, from + bytes.length)
        const part = { thread, firstSeq: added.firstSeq, lastSeq: added.lastSeq, frames }
        if (moving.has(thread)) moved.set(thread, part)
        else {
          writePartHead(body, end, part)
          journaled.push(part)
          rowEnd = from + bytes.length
        }
        end = from + bytes.length
      }
      for (const thread of moving) if (!moved.has(thread)) moved.set(thread, undefined)

      const released = new Map<number, number>()
      const movedTo: (MovedFrames & { readonly part: Part | undefined })[] = []
      for (const [thread, part] of moved) {
        const tail = tails.get(thread)
        const held = tail && tail.length > 0 ? tail : undefined
        if (held || part) {
          // A copy: a tail's bytes are overwritten, and the commit's buffer is transferred to another thread.
          const bytes = Buffer.concat([held ? bytesOf(held) : NOTHING, part?.frames ?? NOTHING])
          const firstSeq = held?.firstSeq ?? part?.firstSeq ?? 0
          const lastSeq = part?.lastSeq ?? held?.lastSeq ?? 0
          if (!dropped.has(thread)) {
            for (const { from, to, ...piece } of divideFrames({ bytes, firstSeq, lastSeq }, limits.segmentBytes)) {
              segments.insert(thread, { ...piece, bytes: bytes.subarray(from, to) })
            }
          }
          movedTo.push({ thread, firstSeq, lastSeq, bytes, part })
        }
        for (const held of tail?.rows ?? []) released.set(held, (released.get(held) ?? 0) + 1)
      }

      for (const thread of dropped) segments.drop(thread)
      insertRow.run(row, body.subarray(0, rowEnd))
      for (const id of spent(released)) deleteRow.run(id)
      plan = { row, buffer: body.buffer as ArrayBuffer, journaled, moved: movedTo, released }
    },

    committed() {
      if (!plan) throw new Error('committed without a write')
      const { row: written, buffer, journaled, moved, released } = plan
      for (const id of spent(released)) rows.delete(id)
      for (const [id, parts] of released) if (rows.has(id)) rows.set(id, (rows.get(id) ?? 0) - parts)
      rows.set(written, journaled.length)
      row = written + 1

      for (const part of journaled) {
        let tail = tails.get(part.thread)
        if (!tail) {
          tail = createTail(part.firstSeq - 1)
          tails.set(part.thread, tail)
        }
        addToTail(tail, part.frames, part.lastSeq, written)
      }
      for (const { thread, lastSeq, part } of moved) {
        moves.moved(thread)
        const tail = tails.get(thread)
        if (sealed.has(thread) || !part) tails.delete(thread)
        else if (tail) clearTail(tail, lastSeq)
      }
      const parts = [...journaled]
      for (const { part } of moved) if (part) parts.push(part)
      forget()
      return { buffer, parts, moved }
    },
    rolledBack: forget,

    read(thread, { after, maxBytes, maxRecords }) {
      const tail = tails.get(thread)
      const last = committedHead(thread)
      const found: Buffer[] = []
      const budget: FrameBudget = { bytes: maxBytes, records: maxRecords }
      let cursor = after
      while (cursor < last && (cursor === after || (budget.bytes > 0 && budget.records > 0))) {
        const inTail = tail !== undefined && cursor + 1 >= tail.firstSeq
        const piece = inTail ? { ...tail, bytes: bytesOf(tail) } : segments.holding(thread, cursor + 1)
        if (!piece) throw new DamagedLog(`record ${cursor + 1} of thread ${thread} is missing`)
        const cut = cutFrames(piece, cursor, budget, cursor === after)
        if (cut.to === cut.from) break
        found.push(piece.bytes.subarray(cut.from, cut.to))
        cursor = cut.lastSeq
      }
      return { firstSeq: after + 1, lastSeq: cursor, frames: joined(found) }
    },
  }
}

function joined(buffers: readonly Buffer[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(buffers.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const buffer of buffers) {
    whole.set(buffer, at)
    at += buffer.length
  }
  return whole
}
