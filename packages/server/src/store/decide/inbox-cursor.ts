/**
 * Cursors of the inbox, opaque to clients. Inside is one position in the order in which the store committed the entries
 * of all its inboxes, and the generation it was given out in. Its size depends on nothing (decision 0079).
 *
 * A generation is one opening of the store's data that has written entries. A store that was put back from an older copy
 * goes on under a generation of its own, so a cursor that saw what the copy lacks is known by its generation, however
 * much has been written since.
 */
import { isId } from '@holdfast/core'
import type { InboxItem } from '../port.ts'

export interface InboxPosition {
  readonly generation: string
  /** 0 is the beginning, in any generation. */
  readonly position: number
}

/** An entry as it is stored. */
export interface StoredEntry {
  readonly position: number
  /** Of an InboxEntry. */
  readonly json: string
}

/** What a store knows of its positions. */
export interface InboxPositions {
  /** The newest. */
  head(): InboxPosition
  /** The last position of a generation; undefined if this store never had it. */
  lastOf(generation: string): number | undefined
}

const CURSOR = /^([A-Za-z0-9_-]{8})-(0|[1-9][0-9]{0,15})$/

/** Nothing in it needs an escape in JSON. */
export function encodeInboxCursor({ generation, position }: InboxPosition): string {
  return `${generation}-${position}`
}

/** The position behind which to read. */
export function locate(
  cursor: string,
  positions: InboxPositions,
): number | { readonly type: 'invalid_cursor' | 'inbox_ahead' } {
  const [, generation = '', digits] = CURSOR.exec(cursor) ?? []
  if (digits === undefined) {
    const rooms = formerRooms(cursor)
    if (rooms === 0) return 0
    return { type: rooms === undefined ? 'invalid_cursor' : 'inbox_ahead' }
  }
  const position = Number(digits)
  if (position === 0) return 0
  return position <= (positions.lastOf(generation) ?? 0) ? position : { type: 'inbox_ahead' }
}

/** The entries with their cursors. */
export function withCursors({ generation }: InboxPosition, entries: readonly StoredEntry[]): readonly InboxItem[] {
  return entries.map(({ position, json }) => ({ cursor: encodeInboxCursor({ generation, position }), json }))
}

/**
 * How many rooms are named by a cursor of before schema 5, which held a position per room; undefined if it is none. One
 * that names no room has seen nothing. Any other cannot be continued: its holder asks for the inbox again.
 */
function formerRooms(cursor: string): number | undefined {
  try {
    const pairs: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (!Array.isArray(pairs) || !pairs.every(isPair)) return undefined
    return isInOrder(pairs.map(([roomId]) => roomId)) ? pairs.length : undefined
  } catch {
    return undefined
  }
}

function isPair(value: unknown): value is [string, number] {
  return Array.isArray(value) && value.length === 2 && isId(value[0]) && Number.isSafeInteger(value[1]) && value[1] >= 0
}

function isInOrder(roomIds: readonly string[]): boolean {
  return roomIds.every((roomId, index) => index === 0 || (roomIds[index - 1] ?? '') < roomId)
}
