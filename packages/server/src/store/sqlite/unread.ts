/**
 * What is unread for a person, over all threads at once: counts, the newest, and reading all of it. The rule is that of
 * `../decide/unread.ts`.
 *
 * The cost is one look at the index `thread_completed` and one at the person's mark for each thread in which a run was
 * ever completed; the newest unread ones cost no more than the threads that are newer.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { ReadMark } from '@holdfast/core'
import type { RoomCount } from '../decide/overview.ts'
import { markOf } from '../decide/unread.ts'
import type { Principal } from '../principal.ts'
import type { TenantThread } from '../tenant-thread.ts'
import { OWN, ownOf } from './persons.ts'
import { type SeenThread, seenOf } from './threads.ts'

export interface Unread {
  /** How many threads of each room are unread; of one room if it is given. */
  counts(person: Principal, roomId?: string): RoomCount[]
  /** The unread threads with the newest activity, newest first. */
  newest(person: Principal, limit: number): SeenThread[]
  /** The person's mark in one thread; undefined if the thread does not exist, or no more. */
  mark(thread: TenantThread, personId: string): ReadMark | undefined
  /** Nothing in the room is unread any more; without a room, nothing in any. */
  read(person: Principal, roomId?: string): void
}

/** Parameters: 1 the person, 2 the tenant, 3 the room or null. */
const COMPLETED = `FROM thread INDEXED BY thread_completed
  LEFT JOIN person_thread AS own ON own.thread = thread.no AND own.person = ?1
  WHERE tenant = ?2 AND completed_seq > 0 AND (?3 IS NULL OR room_id = ?3)
    AND completed_seq > coalesce(own.read_seq, 0)`
/** Those that are marked, and read otherwise. */
const MARKED = `FROM person_thread AS own INDEXED BY person_thread_marked JOIN thread ON thread.no = own.thread
  WHERE own.person = ?1 AND own.marked_unread IS NOT NULL AND tenant = ?2
    AND (?3 IS NULL OR room_id = ?3)`
const MARKED_ONLY = `${MARKED} AND completed_seq <= own.read_seq`

export function createUnread(database: DatabaseSync): Unread {
  const counts = database.prepare(
    `SELECT room_id, count(*) AS count FROM (SELECT room_id ${COMPLETED} UNION ALL SELECT room_id ${MARKED_ONLY})
     GROUP BY room_id`,
  )
  const newest = (some: string) => database.prepare(`SELECT thread.*, ${OWN} ${some} ORDER BY updated_at DESC LIMIT ?4`)
  const completed = newest(COMPLETED)
  const marked = newest(MARKED_ONLY)
  const mark = database.prepare(
    `SELECT completed_seq, ${OWN} FROM thread
     LEFT JOIN person_thread ON person_thread.thread = thread.no AND person_thread.person = ?
     WHERE tenant = ? AND room_id = ? AND thread_id = ? AND deleted_at IS NULL`,
  )
  const read = database.prepare(
    `INSERT INTO person_thread (thread, person, read_seq) SELECT no, ?1, completed_seq ${COMPLETED}
     ON CONFLICT (thread, person) DO UPDATE SET read_seq = excluded.read_seq`,
  )
  const unmark = database.prepare(
    `UPDATE person_thread SET marked_unread = NULL WHERE person = ?1 AND thread IN (SELECT own.thread ${MARKED})`,
  )

  return {
    counts: ({ tenantId, personId }, roomId) =>
      counts.all(personId, tenantId, roomId ?? null).map((row) => ({
        roomId: String(row.room_id),
        state: 'unread' as const,
        count: Number(row.count),
      })),
    newest: ({ tenantId, personId }, limit) =>
      [completed, marked]
        .flatMap((of) => of.all(personId, tenantId, null, limit))
        .map(seenOf)
        .sort((a, b) => b.row.updatedAt - a.row.updatedAt)
        .slice(0, limit),
    mark({ tenantId, roomId, threadId }, personId) {
      const row = mark.get(personId, tenantId, roomId, threadId)
      return row && markOf({ completedSeq: Number(row.completed_seq) }, ownOf(row))
    },
    read({ tenantId, personId }, roomId) {
      for (const statement of [read, unmark]) statement.run(personId, tenantId, roomId ?? null)
    },
  }
}
