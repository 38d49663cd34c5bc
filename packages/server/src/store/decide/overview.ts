/** The roll-up from threads to rooms: counts out of rows, never out of what somebody happened to hear. */
import type { InboxOverview, RoomActivity, ThreadInfo, ThreadStatus } from '@holdfast/core'
import { headCursor, type InboxRoom } from './inbox-cursor.ts'

/** Threads that one overview lists at most; the counts of the rooms are exact. */
export const MAX_OVERVIEW_THREADS = 1_000

/** How many threads of a room have a status. */
export interface StatusCount {
  readonly roomId: string
  readonly status: ThreadStatus
  readonly count: number
}

export function overviewOf(
  rooms: readonly InboxRoom[],
  counts: readonly StatusCount[],
  threads: readonly ThreadInfo[],
): InboxOverview {
  const activity = new Map<string, RoomActivity>()
  for (const { roomId, deleted } of rooms) {
    if (!deleted) activity.set(roomId, { roomId, unread: 0, working: 0, needsYou: 0 })
  }
  for (const { roomId, status, count } of counts) {
    const room = activity.get(roomId)
    if (room && status === 'working') activity.set(roomId, { ...room, working: room.working + count })
    if (room && status === 'needs_you') activity.set(roomId, { ...room, needsYou: room.needsYou + count })
  }
  return { rooms: [...activity.values()], threads, cursor: headCursor(rooms) }
}
