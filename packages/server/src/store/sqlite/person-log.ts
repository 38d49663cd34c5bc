/**
 * The `person_entry` table: for each person, the log that only this person reads.
 *
 * Invariants:
 * - Positions in a person's log increase by one and are never reused: the row of a deleted thread is emptied and stays.
 * - A log has at most `MAX_PERSON_ENTRIES` rows, always the newest, so the oldest row says what was trimmed.
 * - The cost of a read depends only on the number of entries that it returns.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { InboxEntry } from '@holdfast/core'
import { MAX_PERSON_ENTRIES } from '../decide/inbox.ts'
import type { InboxRange, OwnPositions, StoredEntries } from '../decide/inbox-cursor.ts'
import type { Principal } from '../principal.ts'
import type { TenantRoom, TenantThread } from '../tenant-thread.ts'
import { entriesOf } from './inbox.ts'

export interface PersonLog {
  /** `generation`: the number of the generation that writes (`inbox.ts`). */
  append(person: Principal, generation: number, entry: InboxEntry): void
  /** `numberOf`: a generation's number; undefined if this store never had it. */
  positions(person: Principal, numberOf: (generation: string) => number | undefined): OwnPositions
  read(person: Principal, range: InboxRange): StoredEntries
  dropThread(thread: TenantThread): void
  /** With the entries about its threads. */
  dropRoom(room: TenantRoom): void
}

export function createPersonLog(database: DatabaseSync): PersonLog {
  const append = database.prepare(
    `INSERT INTO person_entry (tenant, person, seq, generation, room_id, thread_id, body)
     SELECT ?1, ?2, coalesce(max(seq), 0) + 1, ?3, ?4, ?5, ?6 FROM person_entry WHERE tenant = ?1 AND person = ?2
     RETURNING seq`,
  )
  const trim = database.prepare('DELETE FROM person_entry WHERE tenant = ? AND person = ? AND seq <= ?')
  const ends = database.prepare(
    `SELECT seq, generation, (SELECT min(seq) FROM person_entry WHERE tenant = ?1 AND person = ?2) AS first
     FROM person_entry WHERE tenant = ?1 AND person = ?2 ORDER BY seq DESC LIMIT 1`,
  )
  const firstLater = database.prepare(
    'SELECT seq FROM person_entry WHERE tenant = ? AND person = ? AND generation > ? ORDER BY seq LIMIT 1',
  )
  const read = database.prepare(
    `SELECT seq, body FROM person_entry WHERE tenant = ? AND person = ? AND seq > ? AND body IS NOT NULL
     ORDER BY seq LIMIT ?`,
  )
  const empty = (where: string) =>
    database.prepare(
      `UPDATE person_entry SET room_id = NULL, thread_id = NULL, body = NULL
       WHERE tenant = ? AND room_id = ?${where} AND body IS NOT NULL`,
    )
  const dropThread = empty(' AND thread_id = ?')
  const dropRoom = empty('')

  return {
    append({ tenantId, personId }, generation, entry) {
      const threadId = ('threadId' in entry ? entry.threadId : undefined) ?? null
      const row = append.get(tenantId, personId, generation, entry.roomId ?? null, threadId, JSON.stringify(entry))
      const spent = Number(row?.seq) - MAX_PERSON_ENTRIES
      if (spent > 0) trim.run(tenantId, personId, spent)
    },
    positions({ tenantId, personId }, numberOf) {
      const newest = ends.get(tenantId, personId)
      if (!newest) return { head: 0, oldest: 0, lastOf: () => 0 }
      const head = Number(newest.seq)
      return {
        head,
        oldest: Number(newest.first) - 1,
        lastOf(generation) {
          const asked = numberOf(generation)
          if (asked === undefined || asked >= Number(newest.generation)) return asked === undefined ? undefined : head
          return Number(firstLater.get(tenantId, personId, asked)?.seq ?? head + 1) - 1
        },
      }
    },
    read: ({ tenantId, personId }, range) =>
      entriesOf(read.iterate(tenantId, personId, range.after, range.maxRecords + 1), 'seq', range),
    dropThread: ({ tenantId, roomId, threadId }) => void dropThread.run(tenantId, roomId, threadId),
    dropRoom: ({ tenantId, roomId }) => void dropRoom.run(tenantId, roomId),
  }
}
