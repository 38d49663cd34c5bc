/**
 * One page of a list in memory: rooms in the order of their creation, threads by newest activity, runs by newest
 * acceptance, notices and deliveries newest first, the runs of one thread in the order of acceptance.
 */
import { decodeListCursor, encodeListCursor, type ListKind, type ListPosition } from '../decide/list-cursor.ts'
import type { Page, PageRequest } from '../port.ts'

export function pageOf<Row>(
  kind: ListKind,
  rows: readonly Row[],
  positionOf: (row: Row) => ListPosition,
  { limit, before }: PageRequest,
): ({ readonly type: 'page' } & Page<Row>) | { readonly type: 'invalid_cursor' } {
  const from = before === undefined ? undefined : decodeListCursor(kind, before)
  if (before !== undefined && !from) return { type: 'invalid_cursor' }
  const direction = kind === 'rooms' || kind.startsWith('runs.') ? 1 : -1
  const numbered = kind === 'runs' || kind === 'notices' || kind.startsWith('deliveries.') || kind.startsWith('runs.')
  const order = (a: ListPosition, b: ListPosition) =>
    direction * (a.at - b.at || (numbered ? Number(a.id) - Number(b.id) : a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  const rest = rows
    .map((row) => ({ row, position: positionOf(row) }))
    .filter(({ position }) => !from || order(from, position) < 0)
    .sort((a, b) => order(a.position, b.position))
  const items = rest.slice(0, limit)
  const last = items.at(-1)
  return {
    type: 'page',
    items: items.map(({ row }) => row),
    ...(rest.length > limit && last && { next: encodeListCursor(kind, last.position) }),
  }
}
