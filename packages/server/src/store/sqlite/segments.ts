/**
 * The `segment` table: many records of one thread in a row. Owns its statements and the checksum of its bytes. Damage
 * is reported, never served.
 */
import type { DatabaseSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'

/** Frames of one thread, in order and without gaps. */
export interface Piece {
  readonly firstSeq: number
  readonly lastSeq: number
  readonly bytes: Buffer
}

export class DamagedLog extends Error {}

export interface Segments {
  insert(thread: number, piece: Piece): void
  /** The segment that holds `seq`, if any. */
  holding(thread: number, seq: number): Piece | undefined
  drop(thread: number): void
  /** The last position that any segment of the thread holds or held before it was trimmed; 0 without one. */
  lastSeq(thread: number): number
}

export function createSegments(database: DatabaseSync): Segments {
  const insert = database.prepare('INSERT INTO segment (thread, first_seq, last_seq, crc, body) VALUES (?, ?, ?, ?, ?)')
  const drop = database.prepare('DELETE FROM segment WHERE thread = ?')
  const holding = database.prepare(
    'SELECT first_seq, last_seq, crc, body FROM segment WHERE thread = ? AND first_seq <= ? ORDER BY first_seq DESC LIMIT 1',
  )
  const last = database.prepare(
    `SELECT coalesce(
       (SELECT last_seq FROM segment WHERE thread = ?1 ORDER BY first_seq DESC LIMIT 1),
       (SELECT first_seq - 1 FROM trimmed WHERE thread = ?1), 0) AS last_seq`,
  )

  return {
    insert(thread, { firstSeq, lastSeq, bytes }) {
      insert.run(thread, firstSeq, lastSeq, crc32(bytes), bytes)
    },
    drop: (thread) => void drop.run(thread),
    holding(thread, seq) {
      const row = holding.get(thread, seq)
      if (!row || Number(row.last_seq) < seq) return undefined
      const stored = row.body as Uint8Array
      if (crc32(stored) !== row.crc) {
        throw new DamagedLog(`the segment at ${row.first_seq} of thread ${thread} fails its check`)
      }
      const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength)
      return { firstSeq: Number(row.first_seq), lastSeq: Number(row.last_seq), bytes }
    },
    lastSeq: (thread) => Number(last.get(thread)?.last_seq),
  }
}
