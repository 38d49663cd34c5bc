/** The `webhook` and `webhook_delivery` tables. Of the dead deliveries of a webhook the newest `MAX_DEAD` are kept. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { WebhooksPut } from '../decide/facts.ts'
import type { ListPosition } from '../decide/list-cursor.ts'
import { deliveryOf, MAX_DEAD } from '../decide/webhooks.ts'
import type { EndedRecord } from '../run-record.ts'
import type { TenantRoom, TenantRun, TenantThread } from '../tenant-thread.ts'
import type { DeliveryRow, WebhookRow } from '../webhook-row.ts'
import type { Delivery, DeliveryPageRequest, DueDeliveries } from '../webhook-store.ts'

export interface ListedDelivery {
  readonly no: number
  readonly row: DeliveryRow
}

export interface Webhooks {
  of(room: TenantRoom): WebhookRow[]
  /** Writes a delivery for each webhook of the room. Answers how many. */
  raise(run: TenantRun, ended: EndedRecord): number
  delivery(deliveryId: string): DeliveryRow | undefined
  /** Newest first. */
  list(
    room: TenantRoom,
    webhookId: string,
    filter: Pick<DeliveryPageRequest, 'status'>,
    after: ListPosition | undefined,
    limit: number,
  ): ListedDelivery[]
  due(now: number, limit: number, except: readonly string[]): DueDeliveries
  put(put: WebhooksPut['webhooks']): void
  dropThread(thread: TenantThread): void
  dropRoom(room: TenantRoom): void
}

export function createWebhooks(database: DatabaseSync): Webhooks {
  const of = database.prepare('SELECT * FROM webhook WHERE tenant = ? AND room_id = ? ORDER BY no')
  const put = database.prepare(
    'INSERT INTO webhook (tenant, room_id, webhook_id, url, secret, at) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const remove = database.prepare('DELETE FROM webhook WHERE tenant = ? AND room_id = ? AND webhook_id = ?')
  const removeAll = database.prepare('DELETE FROM webhook WHERE tenant = ? AND room_id = ?')
  const insert = database.prepare(
    `INSERT INTO webhook_delivery (delivery_id, tenant, room_id, webhook_id, thread_id, run_id, body, at, attempts, due_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  )
  const get = database.prepare('SELECT * FROM webhook_delivery WHERE delivery_id = ?')
  const update = database.prepare(
    'UPDATE webhook_delivery SET attempts = ?, due_at = ?, reason = ? WHERE delivery_id = ?',
  )
  const postpone = database.prepare(
    'UPDATE webhook_delivery SET due_at = ? WHERE tenant = ? AND room_id = ? AND webhook_id = ? AND due_at <= ?',
  )
  const trim = database.prepare(
    `DELETE FROM webhook_delivery WHERE no IN (
       SELECT no FROM webhook_delivery WHERE tenant = ? AND room_id = ? AND webhook_id = ? AND due_at IS NULL
       ORDER BY no DESC LIMIT -1 OFFSET ${MAX_DEAD})`,
  )
  const list = database.prepare(
    `SELECT * FROM webhook_delivery WHERE tenant = ? AND room_id = ? AND webhook_id = ? AND no < ?
     AND (?5 IS NULL OR (due_at IS NULL) = ?5) ORDER BY no DESC LIMIT ?6`,
  )
  const due = database.prepare(
    `SELECT delivery_id, due_at, body, url, secret FROM webhook_delivery
     JOIN webhook USING (tenant, room_id, webhook_id) WHERE due_at IS NOT NULL ORDER BY due_at, webhook_delivery.no LIMIT ?`,
  )
  const drop = database.prepare('DELETE FROM webhook_delivery WHERE delivery_id = ?')
  const dropOf = database.prepare('DELETE FROM webhook_delivery WHERE tenant = ? AND room_id = ? AND webhook_id = ?')
  const dropThread = database.prepare('DELETE FROM webhook_delivery WHERE tenant = ? AND room_id = ? AND thread_id = ?')
  const dropRoom = database.prepare('DELETE FROM webhook_delivery WHERE tenant = ? AND room_id = ?')

  const rowsOf = ({ tenantId, roomId }: TenantRoom) => of.all(tenantId, roomId).map(webhookOf)

  function settle({ deliveryId, webhookId, tenantId, roomId, attempts, dueAt, reason }: DeliveryRow): void {
    update.run(attempts, dueAt, reason ?? null, deliveryId)
    if (dueAt === null) trim.run(tenantId, roomId, webhookId)
  }

  return {
    of: rowsOf,
    raise(run, ended) {
      const rows = rowsOf(run)
      for (const { webhookId } of rows) {
        const { deliveryId, body, at, attempts, dueAt } = deliveryOf(run, ended, webhookId)
        insert.run(deliveryId, run.tenantId, run.roomId, webhookId, run.threadId, run.runId, body, at, attempts, dueAt)
      }
      return rows.length
    },
    delivery(deliveryId) {
      const row = get.get(deliveryId)
      return row && rowOf(row)
    },
    list({ tenantId, roomId }, webhookId, { status }, after, limit) {
      const dead = status === undefined ? null : Number(status === 'dead')
      const before = Number(after?.id ?? Number.MAX_SAFE_INTEGER)
      return list
        .all(tenantId, roomId, webhookId, before, dead, limit)
        .map((row) => ({ no: Number(row.no), row: rowOf(row) }))
    },
    due(now, limit, except) {
      const deliveries: Delivery[] = []
      for (const row of due.all(limit + except.length + 1)) {
        if (except.includes(String(row.delivery_id))) continue
        const inMs = Number(row.due_at) - now
        if (inMs > 0 || deliveries.length === limit) return { deliveries, nextInMs: Math.max(0, inMs) }
        deliveries.push({
          deliveryId: String(row.delivery_id),
          url: String(row.url),
          secret: String(row.secret),
          body: String(row.body),
        })
      }
      return { deliveries }
    },
    put({ put: webhook, remove: removed, delivery, othersWait, delivered }) {
      if (webhook) put.run(webhook.tenantId, webhook.roomId, webhook.webhookId, webhook.url, webhook.secret, webhook.at)
      if (removed) {
        remove.run(removed.tenantId, removed.roomId, removed.webhookId)
        dropOf.run(removed.tenantId, removed.roomId, removed.webhookId)
      }
      if (delivery && othersWait) {
        const { tenantId, roomId, webhookId } = delivery
        postpone.run(othersWait.until, tenantId, roomId, webhookId, othersWait.now)
      }
      if (delivery) settle(delivery)
      if (delivered !== undefined) drop.run(delivered)
    },
    dropThread: ({ tenantId, roomId, threadId }) => void dropThread.run(tenantId, roomId, threadId),
    dropRoom({ tenantId, roomId }) {
      removeAll.run(tenantId, roomId)
      dropRoom.run(tenantId, roomId)
    },
  }
}

function webhookOf(row: Record<string, SQLOutputValue>): WebhookRow {
  return {
    webhookId: String(row.webhook_id),
    tenantId: String(row.tenant),
    roomId: String(row.room_id),
    url: String(row.url),
    secret: String(row.secret),
    at: Number(row.at),
  }
}

function rowOf(row: Record<string, SQLOutputValue>): DeliveryRow {
  return {
    deliveryId: String(row.delivery_id),
    webhookId: String(row.webhook_id),
    tenantId: String(row.tenant),
    roomId: String(row.room_id),
    threadId: String(row.thread_id),
    runId: String(row.run_id),
    body: String(row.body),
    at: Number(row.at),
    attempts: Number(row.attempts),
    dueAt: row.due_at === null ? null : Number(row.due_at),
    ...(row.reason !== null && { reason: String(row.reason) }),
  }
}
