/**
 * Cursors of the inbox, opaque to clients. A cursor holds two positions and the generation in which it was given out:
 * one position in the order in which the store committed the entries of all tenants, and one in the person's log. Its
 * size is bounded (decisions 0079 and 0094).
 *
 * A generation is one opening of the store's data that has written entries. A store that was restored from an older
 * copy continues under a generation of its own. A cursor that saw entries which the copy lacks is therefore recognized
 * by its generation, regardless of how much has been written since.
 */
import { isId } from '@holdfast/core'
import type { InboxItem } from '../port.ts'

export interface InboxPosition {
  readonly generation: string
  /** 0 is the beginning, in any generation. */
  readonly position: number
  /** The position in the person's log; 0 is its beginning. A cursor from before schema 10 has seen nothing of it. */
  readonly own: number
}

/** An entry as it is stored. */
export interface StoredEntry {
  readonly position: number
  /** The JSON of an InboxEntry. */
  readonly json: string
}

export interface InboxRange {
  /** Exclusive. */
  readonly after: number
  readonly maxRecords: number
  /** At least one entry is returned, then as many whole ones as fit. */
  readonly maxBytes: number
}

export interface StoredEntries {
  readonly entries: readonly StoredEntry[]
  /** Whether more entries follow. */
  readonly more: boolean
}

/** What a store knows about the positions that it has given out. */
export interface InboxPositions {
  /** The newest position. */
  head(): Omit<InboxPosition, 'own'>
  /** The last position of a generation; undefined if this store never had it. */
  lastOf(generation: string): number | undefined
}

/** The positions in the log of one person. */
export interface OwnPositions {
  /** The newest; 0 before the first entry. */
  readonly head: number
  /** The lowest position that a reader can still continue from: no entry after it has been trimmed. */
  readonly oldest: number
  lastOf(generation: string): number | undefined
}

const CURSOR = /^([A-Za-z0-9_-]{8})-(0|[1-9][0-9]{0,15})(?:-([1-9][0-9]{0,15}))?$/

/** Uses only characters that need no escape in JSON. */
export function encodeInboxCursor({ generation, position, own }: InboxPosition): string {
  return own === 0 ? `${generation}-${position}` : `${generation}-${position}-${own}`
}

export type Located = Pick<InboxPosition, 'position' | 'own'>

/** The positions to read after. */
export function locate(
  cursor: string,
  positions: InboxPositions,
  own: OwnPositions,
): Located | { readonly type: 'invalid_cursor' | 'inbox_ahead' | 'inbox_gone' } {
  const [, generation = '', digits, ownDigits = '0'] = CURSOR.exec(cursor) ?? []
  if (digits === undefined) {
    const rooms = formerRooms(cursor)
    if (rooms !== 0) return { type: rooms === undefined ? 'invalid_cursor' : 'inbox_ahead' }
  }
  const located = { position: Number(digits ?? 0), own: Number(ownDigits) }
  if (located.position > 0 && located.position > (positions.lastOf(generation) ?? 0)) return { type: 'inbox_ahead' }
  if (located.own > 0 && located.own > (own.lastOf(generation) ?? 0)) return { type: 'inbox_ahead' }
  return located.own < own.oldest ? { type: 'inbox_gone' } : located
}

export interface InboxReading {
  readonly items: readonly InboxItem[]
  /** Whether more entries follow. */
  readonly more: boolean
}

/**
 * Reads both logs once: first what everyone in the tenant may read, then the person's own log. In this order a person
 * learns of a thread before an entry about their own settings of it. `readOwn` is called only if there is something to
 * read.
 */
export function merged(
  after: Located,
  { generation, own: ownHead }: Pick<InboxPosition, 'generation' | 'own'>,
  shared: StoredEntries,
  readOwn: (range: InboxRange) => StoredEntries,
  { maxRecords, maxBytes }: Omit<InboxRange, 'after'>,
): InboxReading {
  const cursorAt = (position: number, own: number) => encodeInboxCursor({ generation, position, own })
  const items = shared.entries.map(({ position, json }) => ({ cursor: cursorAt(position, after.own), json }))
  if (ownHead <= after.own) return { items, more: shared.more }
  const bytes = maxBytes - shared.entries.reduce((sum, { json }) => sum + json.length, 0)
  const records = maxRecords - items.length
  if (shared.more || records <= 0 || (items.length > 0 && bytes <= 0)) return { items, more: true }
  const position = shared.entries.at(-1)?.position ?? after.position
  const own = readOwn({ after: after.own, maxRecords: records, maxBytes: bytes })
  const told = own.entries.map((entry) => ({ cursor: cursorAt(position, entry.position), json: entry.json }))
  return { items: [...items, ...told], more: own.more }
}

/**
 * The number of rooms in a cursor from before schema 5, which held a position per room; undefined if it is no such
 * cursor. A cursor without rooms has seen nothing and can be continued. With any other one, the client loads the inbox
 * again.
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
