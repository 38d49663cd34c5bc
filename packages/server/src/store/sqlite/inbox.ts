/**
 * The `inbox` table: the lifecycle entries of all rooms, in the order of their commits, and the generations in which they
 * were written (`../decide/inbox-cursor.ts`).
 *
 * Invariants:
 * - A position is never used again, whatever is deleted: a reader that is at it would miss what came in its place.
 * - What a reading costs depends on how many entries it gives, and on nothing else.
 */
import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { InboxEntry } from '@holdfast/core'
import type { InboxPosition, InboxPositions, StoredEntry } from '../decide/inbox-cursor.ts'
import type { StatusCount } from '../decide/overview.ts'
import type { TenantRoom, TenantThread } from '../tenant-thread.ts'

export interface Inbox extends InboxPositions {
  append(tenantId: string, entry: InboxEntry): void
  read(tenantId: string, range: InboxRange): InboxRows
  /** Of the tenant, in the order of their creation. */
  roomIds(tenantId: string): string[]
  counts(tenantId: string): StatusCount[]
  dropThread(thread: TenantThread): void
  dropRoom(room: TenantRoom): void
  rolledBack(): void
}

export interface InboxRange {
  /** Exclusive. */
  readonly after: number
  readonly maxRecords: number
  /** At least one entry is given, then as many whole ones as fit. */
  readonly maxBytes: number
}

export interface InboxRows {
  readonly entries: readonly StoredEntry[]
  /** Whether there are entries behind these. */
  readonly more: boolean
}

/** Generations that are remembered. A cursor of an older one is answered as one from another store. */
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
     WHERE tenant = ? AND status IN ('working', 'needs_you') AND deleted_at IS NULL GROUP BY room_id, status`,
  )
  const dropThread = database.prepare('DELETE FROM inbox WHERE tenant = ? AND room_id = ? AND thread_id = ?')
  const dropRoom = database.prepare('DELETE FROM inbox WHERE tenant = ? AND room_id = ?')

  const own = randomBytes(6).toString('base64url')
  let begun = false

  const lastPosition = () => Number(last.get()?.seq ?? 0)

  /** With the first entry, so that opening a store writes nothing. */
  function beginGeneration(): void {
    if (begun) return
    begun = true
    if (begin.run(own, lastPosition()).changes > 0) prune.run()
  }

  return {
    append(tenantId, entry) {
      beginGeneration()
      insert.run(tenantId, entry.roomId, 'threadId' in entry ? entry.threadId : null, JSON.stringify(entry))
    },
    head: (): InboxPosition => ({ generation: String(newest.get()?.id ?? own), position: lastPosition() }),
    lastOf(generation) {
      const found = numberOf.get(generation)
      if (!found) return undefined
      const next = nextAfter.get(Number(found.no))
      return next ? Number(next.after) : lastPosition()
    },
    read(tenantId, { after, maxRecords, maxBytes }) {
      const entries: StoredEntry[] = []
      let bytes = 0
      for (const { no, body } of read.iterate(tenantId, after, maxRecords + 1)) {
        const json = String(body)
        bytes += json.length
        if (entries.length > 0 && (bytes > maxBytes || entries.length === maxRecords)) return { entries, more: true }
        entries.push({ position: Number(no), json })
      }
      return { entries, more: false }
    },
    roomIds: (tenantId) => roomIds.all(tenantId).map((row) => String(row.room_id)),
    counts: (tenantId) =>
      counts.all(tenantId).map((row) => ({
        roomId: String(row.room_id),
        // The statement asks for these two.
        status: row.status as StatusCount['status'],
        count: Number(row.count),
      })),
    dropThread: ({ tenantId, roomId, threadId }) => void dropThread.run(tenantId, roomId, threadId),
    dropRoom: ({ tenantId, roomId }) => void dropRoom.run(tenantId, roomId),
    rolledBack() {
      begun = false
    },
  }
}
