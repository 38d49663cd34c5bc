/**
 * Cursors of the inbox: opaque to clients; inside, a position per room, as a list of pairs. A room that a cursor does not
 * name is one that its holder knows nothing of: it is told from the beginning, and not at all once it is deleted.
 */
import { isId } from '@holdfast/core'
import type { InboxItem } from '../port.ts'

/** By room id. */
export type InboxPositions = ReadonlyMap<string, number>

/** A room that the principal may see, or might have seen before it was deleted. */
export interface InboxRoom {
  readonly roomId: string
  readonly deleted: boolean
  /** The last position of its lifecycle log. */
  readonly head: number
}

/** An entry as it is stored. */
export interface StoredEntry {
  readonly roomId: string
  readonly seq: number
  /** Of an InboxEntry. */
  readonly json: string
}

function encodeInboxCursor(positions: InboxPositions): string {
  const pairs = [...positions].sort(([a], [b]) => (a < b ? -1 : 1))
  return Buffer.from(JSON.stringify(pairs)).toString('base64url')
}

/** Undefined for anything but what `encodeInboxCursor` gives. */
export function decodeInboxCursor(cursor: string): InboxPositions | undefined {
  let pairs: unknown
  try {
    pairs = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
  if (!Array.isArray(pairs) || !pairs.every(isPair)) return undefined
  const positions = new Map(pairs)
  return encodeInboxCursor(positions) === cursor ? positions : undefined
}

function isPair(value: unknown): value is [string, number] {
  return Array.isArray(value) && value.length === 2 && isId(value[0]) && Number.isSafeInteger(value[1]) && value[1] >= 0
}

/** The cursor at which an overview is taken. */
export function headCursor(rooms: readonly InboxRoom[]): string {
  return encodeInboxCursor(new Map(rooms.filter(({ deleted }) => !deleted).map(({ roomId, head }) => [roomId, head])))
}

/** From where each room with news is to be read; `ahead`: the cursor knows of what there is not. */
export function newsIn(rooms: readonly InboxRoom[], positions: InboxPositions): InboxPositions | 'ahead' {
  const news = new Map<string, number>()
  let known = 0
  for (const { roomId, deleted, head } of rooms) {
    const position = positions.get(roomId)
    if (position !== undefined) known++
    if ((position ?? 0) > head) return 'ahead'
    if (position === undefined && deleted) continue
    if ((position ?? 0) < head) news.set(roomId, position ?? 0)
  }
  return known === positions.size ? news : 'ahead'
}

/** The entries with their cursors. A room whose deletion was told is forgotten. */
export function withCursors(positions: InboxPositions, entries: readonly StoredEntry[], deleted: ReadonlySet<string>) {
  const at = new Map(positions)
  return entries.map(({ roomId, seq, json }): InboxItem => {
    if (deleted.has(roomId)) at.delete(roomId)
    else at.set(roomId, seq)
    return { cursor: encodeInboxCursor(at), json }
  })
}

/** As many whole ones as fit, cursors counted, at least one. */
export function fitting(items: readonly InboxItem[], maxBytes: number): readonly InboxItem[] {
  let bytes = 0
  const cut = items.findIndex(({ json, cursor }, index) => {
    bytes += json.length + cursor.length
    return index > 0 && bytes > maxBytes
  })
  return cut === -1 ? items : items.slice(0, cut)
}
