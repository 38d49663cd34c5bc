/**
 * The `inbox` table: the lifecycle log of every room, in rows. Its `no` is the order of commits; the last position of a
 * room's log is in the room's row, so that it goes on whatever of the log is deleted.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { InboxEntry, ThreadKey, ThreadStatus } from '@holdfast/core'
import type { InboxPositions, InboxRoom, StoredEntry } from '../decide/inbox-cursor.ts'
import type { StatusCount } from '../decide/overview.ts'

export interface Inbox {
  append(entry: InboxEntry): void
  /** Of the tenant; those that were deleted, too. */
  rooms(tenantId: string): InboxRoom[]
  /** In the order of commits, at most `limit`. */
  read(news: InboxPositions, limit: number): StoredEntry[]
  counts(tenantId: string): StatusCount[]
  dropThread(key: ThreadKey): void
  dropRoom(roomId: string): void
}

export function createInbox(database: DatabaseSync): Inbox {
  const next = database.prepare('UPDATE room SET inbox_seq = inbox_seq + 1 WHERE room_id = ? RETURNING inbox_seq')
  const insert = database.prepare('INSERT INTO inbox (room_id, seq, thread_id, body) VALUES (?, ?, ?, ?)')
  const rooms = database.prepare(
    'SELECT room_id, deleted_at, inbox_seq FROM room WHERE tenant = ? ORDER BY created_at, room_id',
  )
  const read = database.prepare('SELECT no, seq, body FROM inbox WHERE room_id = ? AND seq > ? ORDER BY seq LIMIT ?')
  const counts = database.prepare(
    `SELECT room_id, status, count(*) AS count FROM thread
     WHERE tenant = ? AND status <> 'idle' AND deleted_at IS NULL GROUP BY room_id, status`,
  )
  const dropThread = database.prepare('DELETE FROM inbox WHERE room_id = ? AND thread_id = ?')
  const dropRoom = database.prepare('DELETE FROM inbox WHERE room_id = ?')

  return {
    append(entry) {
      const seq = next.get(entry.roomId)?.inbox_seq
      if (seq === undefined) return
      insert.run(entry.roomId, seq, 'threadId' in entry ? entry.threadId : null, JSON.stringify(entry))
    },
    rooms: (tenantId) =>
      rooms.all(tenantId).map((row) => ({
        roomId: String(row.room_id),
        deleted: row.deleted_at !== null,
        head: Number(row.inbox_seq),
      })),
    read: (news, limit) =>
      [...news]
        .flatMap(([roomId, after]) =>
          read.all(roomId, after, limit).map((row) => ({
            no: Number(row.no),
            roomId,
            seq: Number(row.seq),
            json: String(row.body),
          })),
        )
        .sort((a, b) => a.no - b.no)
        .slice(0, limit),
    counts: (tenantId) =>
      counts.all(tenantId).map((row) => ({
        roomId: String(row.room_id),
        status: String(row.status) as ThreadStatus,
        count: Number(row.count),
      })),
    dropThread: ({ roomId, threadId }) => void dropThread.run(roomId, threadId),
    dropRoom: (roomId) => void dropRoom.run(roomId),
  }
}
