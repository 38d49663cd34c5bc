/**
 * Cursors of lists, opaque to clients. A cursor holds a time and an id, so a page begins where the previous one ended,
 * whatever changed in between. A cursor is valid for one list only.
 */
import { isId, type ThreadKey } from '@holdfast/core'

/**
 * The threads of each room, what a search in it finds, and the runs of each thread, are lists of their own. `runs` is
 * the list of all visible runs.
 */
export type ListKind =
  | 'rooms'
  | 'runs'
  | 'notices'
  | `deliveries.${string},${string}`
  | `threads.${string}`
  | `search.${string}`
  | ThreadRuns
type ThreadRuns = `runs.${string},${string}`

export const runsOf = ({ roomId, threadId }: ThreadKey): ThreadRuns => `runs.${roomId},${threadId}`

export interface ListPosition {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly id: string
}

export function encodeListCursor(kind: ListKind, { at, id }: ListPosition): string {
  return Buffer.from(`${kind}/${at}/${id}`).toString('base64url')
}

/** Undefined for anything that `encodeListCursor` did not produce. */
export function decodeListCursor(kind: ListKind, cursor: string): ListPosition | undefined {
  const [, at, id] = Buffer.from(cursor, 'base64url').toString('utf8').split('/')
  const position = { at: Number(at), id: id ?? '' }
  if (!isId(id) || !Number.isSafeInteger(position.at)) return undefined
  return encodeListCursor(kind, position) === cursor ? position : undefined
}
