/**
 * The `person_thread` and `person_entry` tables: per-person state. The first has a person's settings of a thread (a
 * mute; a read mark will be a column), the second the log that only this person reads.
 *
 * Invariants:
 * - Positions in a person's log increase by one and are never reused: the row of a deleted thread is emptied and stays.
 * - A log has at most `MAX_PERSON_ENTRIES` rows, always the newest, so the oldest row says what was trimmed.
 * - The cost of a read depends only on the number of entries that it returns.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { InboxEntry } from '@holdfast/core'
import type { PersonThread } from '../decide/facts.ts'
import { MAX_PERSON_ENTRIES } from '../decide/inbox.ts'
import type { InboxRange, OwnPositions, StoredEntries } from '../decide/inbox-cursor.ts'
import type { Principal } from '../principal.ts'
import type { TenantThread } from '../tenant-thread.ts'
import { entriesOf } from './inbox.ts'

export interface Persons {
  /** For one thread, by its number. Lists of threads read the settings together with their rows (`threads.ts`). */
  get(thread: number, personId: string): PersonThread | undefined
  /** The settings of all people. */
  of(thread: number): ReadonlyMap<string, PersonThread>
  put(thread: number, personId: string, own: PersonThread): void
  /** `generation`: the number of the generation that writes (`inbox.ts`). */
  append(person: Principal, generation: number, entry: InboxEntry): void
  /** `numberOf`: a generation's number; undefined if this store never had it. */
  positions(person: Principal, numberOf: (generation: string) => number | undefined): OwnPositions
  read(person: Principal, range: InboxRange): StoredEntries
  drop(thread: number, of: TenantThread): void
}

export function createPersons(database: DatabaseSync): Persons {
  const get = database.prepare('SELECT muted_until FROM person_thread WHERE thread = ? AND person = ?')
  const all = database.prepare('SELECT person, muted_until FROM person_thread WHERE thread = ? ORDER BY person')
  const put = database.prepare('INSERT OR REPLACE INTO person_thread (thread, person, muted_until) VALUES (?, ?, ?)')
  const remove = database.prepare('DELETE FROM person_thread WHERE thread = ? AND person = ?')
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
  const dropThread = database.prepare('DELETE FROM person_thread WHERE thread = ?')
  const empty = database.prepare(
    `UPDATE person_entry SET room_id = NULL, thread_id = NULL, body = NULL
     WHERE tenant = ? AND room_id = ? AND thread_id = ? AND body IS NOT NULL`,
  )

  return {
    get(thread, personId) {
      const row = get.get(thread, personId)
      return row && ownOf(row.muted_until)
    },
    of: (thread) => new Map(all.all(thread).map(({ person, muted_until }) => [String(person), ownOf(muted_until)])),
    put(thread, personId, { mutedUntil }) {
      if (mutedUntil === undefined) remove.run(thread, personId)
      else put.run(thread, personId, mutedUntil)
    },
    append({ tenantId, personId }, generation, entry) {
      const threadId = 'threadId' in entry ? entry.threadId : null
      const row = append.get(tenantId, personId, generation, entry.roomId, threadId, JSON.stringify(entry))
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
    drop(thread, { tenantId, roomId, threadId }) {
      dropThread.run(thread)
      empty.run(tenantId, roomId, threadId)
    },
  }
}

export function ownOf(mutedUntil: unknown): PersonThread {
  return mutedUntil === null ? {} : { mutedUntil: Number(mutedUntil) }
}
