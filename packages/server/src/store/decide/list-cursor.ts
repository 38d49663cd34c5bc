/**
 * Cursors of lists: opaque to clients, a time and an id inside, so that a page begins where the last one ended whatever
 * happened in between. A cursor of one list is refused by another.
 */
import { isId, type ThreadKey } from '@holdfast/core'

/** The threads of another room are another list, as are the runs of another thread. `runs`: of everything that may be seen. */
export type ListKind = 'rooms' | 'runs' | `threads.${string}` | ThreadRuns
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

/** Undefined for anything but what `encodeListCursor` gives. */
export function decodeListCursor(kind: ListKind, cursor: string): ListPosition | undefined {
  const [, at, id] = Buffer.from(cursor, 'base64url').toString('utf8').split('/')
  const position = { at: Number(at), id: id ?? '' }
  if (!isId(id) || !Number.isSafeInteger(position.at)) return undefined
  return encodeListCursor(kind, position) === cursor ? position : undefined
}
