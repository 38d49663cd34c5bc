/** The `remembered_cancel` table: cancels of runs that do not exist yet. */

import type { DatabaseSync } from 'node:sqlite'
import type { Facts, RememberedCancel } from '../decide/facts.ts'
import type { CancelRequest } from '../run-record.ts'
import type { TenantRoom, TenantRun, TenantThread } from '../tenant-thread.ts'

export interface Cancels {
  get(run: TenantRun): RememberedCancel | undefined
  count(room: TenantRoom, since: number): Facts['cancels']
  put(tenantId: string, cancel: RememberedCancel): void
  delete(run: TenantRun): void
  drop(thread: TenantThread): void
  prune(room: TenantRoom, before: number): void
}

export function createCancels(database: DatabaseSync): Cancels {
  const get = database.prepare(
    'SELECT at, cancel FROM remembered_cancel WHERE tenant = ? AND room_id = ? AND thread_id = ? AND run_id = ?',
  )
  const count = database.prepare(
    'SELECT count(*) AS total, count(*) FILTER (WHERE at >= ?) AS recent FROM remembered_cancel WHERE tenant = ? AND room_id = ?',
  )
  const put = database.prepare(
    'INSERT OR REPLACE INTO remembered_cancel (tenant, room_id, thread_id, run_id, at, cancel) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const remove = database.prepare(
    'DELETE FROM remembered_cancel WHERE tenant = ? AND room_id = ? AND thread_id = ? AND run_id = ?',
  )
  const drop = database.prepare('DELETE FROM remembered_cancel WHERE tenant = ? AND room_id = ? AND thread_id = ?')
  const prune = database.prepare('DELETE FROM remembered_cancel WHERE tenant = ? AND room_id = ? AND at < ?')

  return {
    get({ tenantId, roomId, threadId, runId }) {
      const row = get.get(tenantId, roomId, threadId, runId)
      if (!row) return undefined
      return { roomId, threadId, runId, at: Number(row.at), cancel: JSON.parse(String(row.cancel)) as CancelRequest }
    },
    count({ tenantId, roomId }, since) {
      const row = count.get(since, tenantId, roomId)
      return { total: Number(row?.total), recent: Number(row?.recent) }
    },
    put: (tenantId, { roomId, threadId, runId, at, cancel }) =>
      void put.run(tenantId, roomId, threadId, runId, at, JSON.stringify(cancel)),
    delete: ({ tenantId, roomId, threadId, runId }) => void remove.run(tenantId, roomId, threadId, runId),
    drop: ({ tenantId, roomId, threadId }) => void drop.run(tenantId, roomId, threadId),
    prune: ({ tenantId, roomId }, before) => void prune.run(tenantId, roomId, before),
  }
}
