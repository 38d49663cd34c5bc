/**
 * The `inbox` table: the lifecycle entries of all rooms, in commit order, and the generations in which they were
 * written (`../decide/inbox-cursor.ts`).
 *
 * Invariants:
 * - A position is never reused, whatever is deleted: a reader at that position would miss the new entry.
 * - The cost of a read depends only on the number of entries that it returns.
 */
import { randomBytes } from 'node:crypto'
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { SharedEntry } from '../decide/inbox.ts'
import type { InboxPositions, InboxRange, StoredEntries, StoredEntry } from '../decide/inbox-cursor.ts'
import type { RoomCount } from '../decide/overview.ts'
import type { TenantRoom, TenantThread } from '../tenant-thread.ts'

export interface Inbox extends InboxPositions {
  append(tenantId: string, entry: SharedEntry): void
  read(tenantId: string, range: InboxRange): StoredEntries
  /** The number of this opening's generation. The first entry that it writes begins the generation. */
  begin(): number
  /** A generation's number; undefined if this store never had it. Later ones have higher numbers. */
  numberOf(generation: string): number | undefined
  /** The rooms of the tenant, in the order of their creation. */
  roomIds(tenantId: string): string[]
  /** Threads that are working or need a person; of one room if it is given. */
  counts(tenantId: string, roomId?: string): RoomCount[]
  dropThread(thread: TenantThread): void
  dropRoom(room: TenantRoom): void
  rolledBack(): void
}

/** How many generations are remembered. A cursor of an older one is answered as one from another store. */
const GENERATIONS = 1_000

export function createInbox(database: DatabaseSync): Inbox {
  const insert = database.prepare('INSERT INTO inbox (tenant, room_id, thread_id, body) VALUES (?, ?, ?, ?)')
  const last = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'inbox'")
  const read = database.prepare('SELECT no, body FROM inbox WHERE tenant = ? AND no > ? ORDER BY no LIMIT ?')
  const begin = database.prepare('INSERT OR IGNORE INTO inbox_generation (id, after) VALUES (?, ?)')
  const prune = database.prepare(
    `DELETE FROM inbox_generation WHERE no <= (SELECT max(no) FROM inbox_generation) - ${GENERATIONS}`,
  )
  const newest = database.prepare('SELECT id FROM inbox_generation WHERE no = (SELECT max(no) FROM inbox_generation)')
  const numberOf = database.prepare('SELECT no FROM inbox_generation WHERE id = ?')
  const nextAfter = database.prepare('SELECT after FROM inbox_generation WHERE no > ? ORDER BY no LIMIT 1')
  const roomIds = database.prepare(
    'SELECT room_id FROM room WHERE tenant = ? AND deleted_at IS NULL ORDER BY created_at, room_id',
  )
  const counts = database.prepare(
    `SELECT room_id, status, count(*) AS count FROM thread
     WHERE tenant = ?1 AND status IN ('working', 'needs_you') AND deleted_at IS NULL AND (?2 IS NULL OR room_id = ?2)
     GROUP BY room_id, status`,
  )
  const dropThread = database.prepare('DELETE FROM inbox WHERE tenant = ? AND room_id = ? AND thread_id = ?')
  const dropRoom = database.prepare('DELETE FROM inbox WHERE tenant = ? AND room_id = ?')

  const own = randomBytes(6).toString('base64url')
  /** Its number, once it has begun. */
  let begun: number | undefined

  const lastPosition = () => Number(last.get()?.seq ?? 0)

  /** Called with the first entry, so that opening a store writes nothing. */
  function beginGeneration(): number {
    if (begun === undefined) {
      if (begin.run(own, lastPosition()).changes > 0) prune.run()
      begun = Number(numberOf.get(own)?.no)
    }
    return begun
  }

  function numberOfGeneration(generation: string): number | undefined {
    if (begun !== undefined && generation === own) return begun
    const found = numberOf.get(generation)
    return found && Number(found.no)
  }

  return {
    append(tenantId, entry) {
      beginGeneration()
      const threadId = ('threadId' in entry ? entry.threadId : undefined) ?? null
      insert.run(tenantId, entry.roomId, threadId, JSON.stringify(entry))
    },
    begin: beginGeneration,
    numberOf: numberOfGeneration,
    // Once this opening has begun its generation, that is the newest one, so most reads need no query for it.
    head: () => ({
      generation: begun === undefined ? String(newest.get()?.id ?? own) : own,
      position: lastPosition(),
    }),
    lastOf(generation) {
      const no = numberOfGeneration(generation)
      if (no === undefined) return undefined
      const next = no === begun ? undefined : nextAfter.get(no)
      return next ? Number(next.after) : lastPosition()
    },
    read: (tenantId, range) => entriesOf(read.iterate(tenantId, range.after, range.maxRecords + 1), 'no', range),
    roomIds: (tenantId) => roomIds.all(tenantId).map((row) => String(row.room_id)),
    counts: (tenantId, roomId) =>
      counts.all(tenantId, roomId ?? null).map((row) => ({
        roomId: String(row.room_id),
        // The statement selects only these two.
        state: row.status as 'working' | 'needs_you',
        count: Number(row.count),
      })),
    dropThread: ({ tenantId, roomId, threadId }) => void dropThread.run(tenantId, roomId, threadId),
    dropRoom: ({ tenantId, roomId }) => void dropRoom.run(tenantId, roomId),
    rolledBack() {
      begun = undefined
    },
  }
}

/** As many of the rows as the range allows. `position` names the column that holds the position. */
export function entriesOf(
  rows: Iterable<Record<string, SQLOutputValue>>,
  position: string,
  { maxRecords, maxBytes }: InboxRange,
): StoredEntries {
  const entries: StoredEntry[] = []
  let bytes = 0
  for (const row of rows) {
    const json = String(row.body)
    bytes += json.length
    if (entries.length > 0 && (bytes > maxBytes || entries.length === maxRecords)) return { entries, more: true }
    entries.push({ position: Number(row[position]), json })
  }
  return { entries, more: false }
}
