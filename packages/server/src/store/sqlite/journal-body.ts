/**
 * The bytes of one journal row: the time of its commit, then for each thread a head and that thread's frames.
 *
 *   row   = at:f64  part*
 *   part  = thread:f64  firstSeq:f64  lastSeq:f64  crc:u32  length:u32  frames:bytes[length]
 *
 * All numbers are little-endian; crc is the CRC-32 of the frames.
 */
import { crc32 } from 'node:zlib'

export const ROW_HEAD = 8
export const PART_HEAD = 32

export interface Part {
  readonly thread: number
  readonly firstSeq: number
  readonly lastSeq: number
  readonly frames: Buffer
}

/** Writes a part's head in front of its frames, which are already in place. */
export function writePartHead(body: Buffer, at: number, part: Part): void {
  body.writeDoubleLE(part.thread, at)
  body.writeDoubleLE(part.firstSeq, at + 8)
  body.writeDoubleLE(part.lastSeq, at + 16)
  body.writeUInt32LE(crc32(part.frames), at + 24)
  body.writeUInt32LE(part.frames.length, at + 28)
}

export class DamagedJournal extends Error {}

/** @throws DamagedJournal if a part's bytes are not those that were written */
export function readJournalBody(body: Buffer): { readonly at: number; readonly parts: readonly Part[] } {
  const parts: Part[] = []
  let at = ROW_HEAD
  while (at < body.length) {
    if (at + PART_HEAD > body.length) throw new DamagedJournal('a part is cut off')
    const length = body.readUInt32LE(at + 28)
    const frames = body.subarray(at + PART_HEAD, at + PART_HEAD + length)
    if (frames.length !== length || crc32(frames) !== body.readUInt32LE(at + 24)) {
      throw new DamagedJournal('a part fails its check')
    }
    parts.push({
      thread: body.readDoubleLE(at),
      firstSeq: body.readDoubleLE(at + 8),
      lastSeq: body.readDoubleLE(at + 16),
      frames,
    })
    at += PART_HEAD + length
  }
  return { at: body.readDoubleLE(0), parts }
}
