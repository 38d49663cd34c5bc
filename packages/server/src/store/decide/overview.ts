/** The roll-up from threads to rooms. Counts come from stored rows, never from notices. */
import type { InboxOverview, RoomActivity, ThreadInfo } from '@holdfast/core'
import { encodeInboxCursor, type InboxPosition } from './inbox-cursor.ts'

/** The number of threads that one overview lists at most. The counts of the rooms are exact. */
export const MAX_OVERVIEW_THREADS = 1_000

/** How many threads of a room have a status. */
export interface StatusCount {
  readonly roomId: string
  readonly status: 'working' | 'needs_you'
  readonly count: number
}

export interface OverviewFacts {
  /** In the order of their creation. */
  readonly roomIds: readonly string[]
  readonly counts: readonly StatusCount[]
  readonly threads: readonly ThreadInfo[]
  /** The newest positions of both logs. */
  readonly head: InboxPosition
}

export function overviewOf({ roomIds, counts, threads, head }: OverviewFacts): InboxOverview {
  const activity = new Map<string, RoomActivity>()
  for (const roomId of roomIds) activity.set(roomId, { roomId, unread: 0, working: 0, needsYou: 0 })
  for (const { roomId, status, count } of counts) {
    const room = activity.get(roomId)
    if (room && status === 'working') activity.set(roomId, { ...room, working: room.working + count })
    if (room && status === 'needs_you') activity.set(roomId, { ...room, needsYou: room.needsYou + count })
  }
  return { rooms: [...activity.values()], threads, cursor: encodeInboxCursor(head) }
}
