/** The webhooks of a memory store and their deliveries. Keeps the invariants of `../sqlite/webhooks.ts`. */
import type { WebhooksPut } from '../decide/facts.ts'
import { deliveryOf, MAX_DEAD } from '../decide/webhooks.ts'
import type { DueDeliveries } from '../port.ts'
import type { EndedRecord } from '../run-record.ts'
import { roomName, type TenantRoom, type TenantRun, type TenantThread } from '../tenant-thread.ts'
import type { DeliveryRow, WebhookRow } from '../webhook-row.ts'

export interface MemoryDelivery {
  readonly no: number
  readonly row: DeliveryRow
}

export interface MemoryWebhooks {
  of(room: TenantRoom): readonly WebhookRow[]
  /** Answers how many. */
  raise(run: TenantRun, ended: EndedRecord): number
  delivery(deliveryId: string): DeliveryRow | undefined
  /** Oldest first. */
  list(room: TenantRoom, webhookId: string): readonly MemoryDelivery[]
  due(now: number, limit: number, except: readonly string[]): DueDeliveries
  put(put: WebhooksPut['webhooks']): void
  dropThread(thread: TenantThread): void
  dropRoom(room: TenantRoom): void
}

export function createMemoryWebhooks(): MemoryWebhooks {
  const rooms = new Map<string, readonly WebhookRow[]>()
  /** In the order in which they were raised. */
  let deliveries: readonly MemoryDelivery[] = []
  let last = 0

  const of = (room: TenantRoom) => rooms.get(roomName(room)) ?? []
  const isOf = ({ tenantId, roomId }: TenantRoom, { row }: MemoryDelivery) =>
    row.tenantId === tenantId && row.roomId === roomId
  const list = (room: TenantRoom, webhookId: string) =>
    deliveries.filter((one) => isOf(room, one) && one.row.webhookId === webhookId)

  function keep(holds: (one: MemoryDelivery) => boolean): void {
    deliveries = deliveries.filter(holds)
  }

  function trim(room: TenantRoom, webhookId: string): void {
    const dead = list(room, webhookId).filter(({ row }) => row.dueAt === null)
    const gone = new Set(dead.slice(0, Math.max(0, dead.length - MAX_DEAD)))
    if (gone.size > 0) keep((one) => !gone.has(one))
  }

  return {
    of,
    raise(run, ended) {
      const hooks = of(run)
      const more = hooks.map(({ webhookId }) => deliveryOf(run, ended, webhookId))
      deliveries = [...deliveries, ...more.map((row) => ({ no: ++last, row }))]
      return hooks.length
    },
    delivery: (deliveryId) => deliveries.find(({ row }) => row.deliveryId === deliveryId)?.row,
    list,
    due(now, limit, except) {
      const waiting = deliveries
        .flatMap(({ row }) => (row.dueAt === null ? [] : [{ row, dueAt: row.dueAt }]))
        .filter(({ row }) => !except.includes(row.deliveryId))
        .sort((a, b) => a.dueAt - b.dueAt)
      const ready = waiting.filter(({ dueAt }) => dueAt <= now).slice(0, limit)
      const next = waiting[ready.length]
      return {
        deliveries: ready.flatMap(({ row }) => {
          const { deliveryId, webhookId, body } = row
          const hook = of(row).find((held) => held.webhookId === webhookId)
          return hook ? [{ deliveryId, url: hook.url, secret: hook.secret, body }] : []
        }),
        ...(next && { nextInMs: Math.max(0, next.dueAt - now) }),
      }
    },
    put({ put, remove, delivery, othersWait, delivered }) {
      if (put) {
        rooms.set(roomName(put), [...of(put), put])
      }
      if (remove) {
        const { webhookId } = remove
        rooms.set(
          roomName(remove),
          of(remove).filter((held) => held.webhookId !== webhookId),
        )
        keep((one) => !(isOf(remove, one) && one.row.webhookId === webhookId))
      }
      if (delivery && othersWait) {
        const { now, until } = othersWait
        const due = new Set(
          list(delivery, delivery.webhookId).filter(({ row: { dueAt } }) => dueAt !== null && dueAt <= now),
        )
        deliveries = deliveries.map((one) => (due.has(one) ? { ...one, row: { ...one.row, dueAt: until } } : one))
      }
      if (delivery) {
        deliveries = deliveries.map((one) =>
          one.row.deliveryId === delivery.deliveryId ? { ...one, row: delivery } : one,
        )
        if (delivery.dueAt === null) trim(delivery, delivery.webhookId)
      }
      if (delivered !== undefined) keep(({ row }) => row.deliveryId !== delivered)
    },
    dropThread: (thread) => keep((one) => !(isOf(thread, one) && one.row.threadId === thread.threadId)),
    dropRoom(room) {
      rooms.delete(roomName(room))
      keep((one) => !isOf(room, one))
    },
  }
}
