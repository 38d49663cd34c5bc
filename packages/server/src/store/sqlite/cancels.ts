/** The `remembered_cancel` table: cancels of runs that do not exist yet. */

import type { DatabaseSync } from 'node:sqlite'
import type { ThreadKey } from '@holdfast/core'
import type { Facts, RememberedCancel } from '../decide/facts.ts'
import type { CancelRequest } from '../run-record.ts'

export interface Cancels {
  get(key: ThreadKey, runId: string): RememberedCancel | undefined
  count(roomId: string, since: number): Facts['cancels']
  put(cancel: RememberedCancel): void
  delete(key: ThreadKey, runId: string): void
  drop(key: ThreadKey): void
  prune(roomId: string, before: number): void
}

export function createCancels(database: DatabaseSync): Cancels {
  const get = database.prepare(
    'SELECT at, cancel FROM remembered_cancel WHERE room_id = ? AND thread_id = ? AND run_id = ?',
  )
  const count = database.prepare(
    'SELECT count(*) AS total, count(*) FILTER (WHERE at >= ?) AS recent FROM remembered_cancel WHERE room_id = ?',
  )
  const put = database.prepare(
    'INSERT OR REPLACE INTO remembered_cancel (room_id, thread_id, run_id, at, cancel) VALUES (?, ?, ?, ?, ?)',
  )
  const remove = database.prepare('DELETE FROM remembered_cancel WHERE room_id = ? AND thread_id = ? AND run_id = ?')
  const drop = database.prepare('DELETE FROM remembered_cancel WHERE room_id = ? AND thread_id = ?')
  const prune = database.prepare('DELETE FROM remembered_cancel WHERE room_id = ? AND at < ?')

  return {
    get({ roomId, threadId }, runId) {
      const row = get.get(roomId, threadId, runId)
      if (!row) return undefined
      return { roomId, threadId, runId, at: Number(row.at), cancel: JSON.parse(String(row.cancel)) as CancelRequest }
    },
    count(roomId, since) {
      const row = count.get(since, roomId)
      return { total: Number(row?.total), recent: Number(row?.recent) }
    },
    put: ({ roomId, threadId, runId, at, cancel }) => void put.run(roomId, threadId, runId, at, JSON.stringify(cancel)),
    delete: ({ roomId, threadId }, runId) => void remove.run(roomId, threadId, runId),
    drop: ({ roomId, threadId }) => void drop.run(roomId, threadId),
    prune: (roomId, before) => void prune.run(roomId, before),
  }
}
