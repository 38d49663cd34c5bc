/**
 * How many threads of each room are unread: the server's whole counts, and what has changed here since they were asked for.
 *
 * Owns: the differences. Does not know: what makes a thread unread (`marks`), how counts are shown.
 *
 * A change costs O(1). A difference may be off by one where nothing was known of a thread before; the next answer replaces
 * it.
 */
import { type InboxOverview, keyString, type RoomActivity } from '@holdfast/core'
import type { Marks, Moment, UnreadChange } from '../marks/marks.ts'

export interface UnreadCounts {
  note(change: UnreadChange): void
  /** @param asked when this overview was asked for */
  restart(overview: Pick<InboxOverview, 'threads'>, asked: Moment): void
  applyTo(room: RoomActivity): RoomActivity
}

export function createUnreadCounts(marks: Marks): UnreadCounts {
  const more = new Map<string, number>()

  function count(roomId: string, by: number): void {
    more.set(roomId, (more.get(roomId) ?? 0) + by)
  }

  return {
    note: ({ roomId, unread }) => count(roomId, unread ? 1 : -1),
    restart({ threads }, asked) {
      more.clear()
      const counted = new Set(threads.flatMap((thread) => (thread.unread ? [keyString(thread)] : [])))
      for (const change of marks.changedSince(asked)) {
        count(change.roomId, Number(change.unread) - Number(counted.has(keyString(change))))
      }
    },
    applyTo(room) {
      const by = more.get(room.roomId) ?? 0
      return by === 0 ? room : { ...room, unread: Math.max(0, room.unread + by) }
    },
  }
}
