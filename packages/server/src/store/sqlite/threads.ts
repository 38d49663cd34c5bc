/** The `thread` table: rows in the words of the deciders. Its `no` is what the other tables know a thread by. */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { ThreadKey } from '@holdfast/core'
import type { ThreadPut, ThreadRow } from '../decide/facts.ts'
import type { ListPosition } from '../decide/list-cursor.ts'

export interface StoredThread {
  readonly no: number
  readonly row: ThreadRow
}

export interface Threads {
  get(key: ThreadKey): StoredThread | undefined
  byNo(no: number): StoredThread | undefined
  /** A new thread, in the tenant of its room; answers its number. */
  insert(put: ThreadPut, tenantId: string): number
  update(no: number, row: ThreadRow): void
  /** Newest activity first. */
  list(roomId: string, after: ListPosition | undefined, limit: number): StoredThread[]
}

export function createThreads(database: DatabaseSync): Threads {
  const get = database.prepare('SELECT * FROM thread WHERE room_id = ? AND thread_id = ?')
  const byNo = database.prepare('SELECT * FROM thread WHERE no = ?')
  const insert = database.prepare(
    `INSERT INTO thread (room_id, thread_id, tenant, owner, title, status, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, 'idle', ?, ?)`,
  )
  const update = database.prepare('UPDATE thread SET title = ?, status = ?, next_run = ?, updated_at = ? WHERE no = ?')
  const list = database.prepare(
    `SELECT * FROM thread WHERE room_id = ? AND (updated_at, thread_id) < (?, ?)
     ORDER BY updated_at DESC, thread_id DESC LIMIT ?`,
  )

  return {
    get({ roomId, threadId }) {
      const row = get.get(roomId, threadId)
      return row && threadOf(row)
    },
    byNo(no) {
      const row = byNo.get(no)
      return row && threadOf(row)
    },
    insert: ({ roomId, threadId, ownerId, title, createdAt, updatedAt }, tenantId) =>
      Number(insert.run(roomId, threadId, tenantId, ownerId, title, createdAt, updatedAt).lastInsertRowid),
    update: (no, { title, status, nextRunId, updatedAt }) => void update.run(title, status, nextRunId, updatedAt, no),
    list: (roomId, after, limit) =>
      list.all(roomId, after?.at ?? Number.MAX_SAFE_INTEGER, after?.id ?? '', limit).map(threadOf),
  }
}

function threadOf(row: Record<string, SQLOutputValue>): StoredThread {
  return {
    no: Number(row.no),
    row: {
      roomId: String(row.room_id),
      threadId: String(row.thread_id),
      ownerId: String(row.owner),
      title: String(row.title),
      // Written by this adapter from a ThreadStatus, and nothing else writes it.
      status: String(row.status) as ThreadRow['status'],
      nextRunId: row.next_run === null ? null : String(row.next_run),
      createdAt: Number(row.created_at),
      updatedAt: Number(row.updated_at),
    },
  }
}
