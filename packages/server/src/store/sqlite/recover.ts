/**
 * At the start, the content of the journal moves into segments, in one transaction with the claim of the database.
 * Commits are atomic whatever the last process was doing, so there is nothing to repair. A damaged row is refused,
 * never skipped, and so is a row whose content differs from the segment of the same positions.
 */
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { cutFrames, divideFrames } from '@holdfast/core'
import { claimDatabase } from './fence.ts'
import { DamagedJournal, type Part, ROW_HEAD, readJournalBody } from './journal-body.ts'
import { StoreOpenError } from './open-error.ts'
import { createSegments, DamagedLog, type Piece, type Segments } from './segments.ts'
import { createTrims } from './trims.ts'

export interface Recovered {
  /** The number of the next journal row. */
  readonly nextRow: number
  /** The time of the newest commit: the store's clock continues from here. */
  readonly lastAt: number
  /** This process's token in the database. */
  readonly token: string
}

class TwoHistories extends Error {
  constructor({ thread, firstSeq, lastSeq }: Part) {
    super(`positions ${firstSeq} to ${lastSeq} of thread ${thread} have two contents`)
  }
}

/** @throws StoreOpenError `damaged`, `two_histories` */
export function recoverJournal(database: DatabaseSync, directory: string, segmentBytes: number): Recovered {
  try {
    return recover(database, segmentBytes)
  } catch (cause) {
    if (database.isTransaction) database.exec('ROLLBACK')
    if (cause instanceof TwoHistories) {
      throw new StoreOpenError(
        'two_histories',
        `The data in ${directory} was written by two servers at once: ${cause.message}. Restore a copy of the whole data directory, or move it away to begin with an empty store.`,
        { cause },
      )
    }
    if (!(cause instanceof DamagedJournal)) throw cause
    throw new StoreOpenError(
      'damaged',
      `The journal in ${join(directory, 'holdfast.db')} is damaged. Restore a copy of the whole data directory, or move it away to begin with an empty store.`,
      { cause },
    )
  }
}

function recover(database: DatabaseSync, segmentBytes: number): Recovered {
  // Locks before reading: the process that had the database until now can add nothing that is missed here.
  database.exec('BEGIN IMMEDIATE')
  const token = claimDatabase(database)
  const segments = createSegments(database)
  const trims = createTrims(database)
  const isDeleted = database.prepare('SELECT 1 FROM thread WHERE no = ? AND deleted_at IS NOT NULL')
  const isInSegments = createComparison(segments)
  const tails = new Map<number, Part[]>()
  let lastRow = 0
  let lastAt = 0
  for (const row of database.prepare('SELECT id, body FROM journal ORDER BY id').iterate()) {
    const { at, parts } = readJournalBody(Buffer.from(row.body as Uint8Array))
    lastRow = Number(row.id)
    lastAt = Math.max(lastAt, at)
    for (const part of parts) {
      // The thread is deleted; its last records were only kept because the row had other threads.
      if (isDeleted.get(part.thread)) continue
      // Trimmed; what it was is not kept, and cannot be compared.
      if (part.firstSeq < trims.firstSeq(part.thread)) continue
      const tail = tails.get(part.thread) ?? []
      const before = tail.at(-1)?.lastSeq ?? segments.lastSeq(part.thread)
      // Already in a segment; the row was only kept because it had other threads.
      if (part.lastSeq <= before) {
        if (tail.length > 0 || !isInSegments(part)) throw new TwoHistories(part)
        continue
      }
      if (part.firstSeq !== before + 1) throw new DamagedJournal(`thread ${part.thread} has a hole at ${before + 1}`)
      tail.push(part)
      tails.set(part.thread, tail)
    }
  }

  for (const [thread, parts] of tails) {
    const bytes = Buffer.concat(parts.map((part) => part.frames))
    const [firstSeq, lastSeq] = [parts.at(0)?.firstSeq ?? 0, parts.at(-1)?.lastSeq ?? 0]
    for (const { from, to, ...piece } of divideFrames({ bytes, firstSeq, lastSeq }, segmentBytes)) {
      segments.insert(thread, { ...piece, bytes: bytes.subarray(from, to) })
    }
  }
  const time = Buffer.alloc(ROW_HEAD)
  time.writeDoubleLE(lastAt)
  database.exec('DELETE FROM journal')
  database.prepare('INSERT INTO journal (id, body) VALUES (?, ?)').run(lastRow + 1, time)
  database.exec('COMMIT')
  return { nextRow: lastRow + 2, lastAt, token }
}

/**
 * Whether the segments have the same content as a part at its positions. True if the segments themselves are damaged.
 */
function createComparison(segments: Segments): (part: Part) => boolean {
  const held = new Map<number, Piece>()

  function holding(thread: number, seq: number): Piece | undefined {
    const last = held.get(thread)
    if (last && last.firstSeq <= seq && seq <= last.lastSeq) return last
    const piece = segments.holding(thread, seq)
    if (piece) held.set(thread, piece)
    return piece
  }

  return ({ thread, firstSeq, lastSeq, frames }) => {
    try {
      let at = 0
      for (let seq = firstSeq; seq <= lastSeq; ) {
        const piece = holding(thread, seq)
        if (!piece) return false
        const budget = { bytes: Number.POSITIVE_INFINITY, records: lastSeq - seq + 1 }
        const { from, to, lastSeq: upTo } = cutFrames(piece, seq - 1, budget, true)
        const bytes = piece.bytes.subarray(from, to)
        if (!bytes.equals(frames.subarray(at, at + bytes.length))) return false
        at += bytes.length
        seq = upTo + 1
      }
      return at === frames.length
    } catch (error) {
      if (error instanceof DamagedLog) return true
      throw error
    }
  }
}
