/**
 * Webhooks of rooms: what the end of a run sends, and when a delivery is tried again. Pure.
 *
 * A delivery is a row, written in the transaction of the run's end for each webhook of the room. It is deleted when it has
 * been delivered, so a crash repeats a delivery and loses none.
 */
import { createHash } from 'node:crypto'
import type { WebhookDeliveryInfo, WebhookInfo } from '@holdfast/core'
import type { Absent } from '../absent.ts'
import type { Principal } from '../principal.ts'
import type { EndedRecord } from '../run-record.ts'
import type { TenantRun } from '../tenant-thread.ts'
import type { DeliveryRow, WebhookRow } from '../webhook-row.ts'
import type { CreateWebhookAnswer, NewWebhook, WebhookStore } from '../webhook-store.ts'
import type { Known } from './facts.ts'
import { type Decision, type Need, needing } from './step.ts'
import { iso } from './to-run.ts'
import { NOT_FOUND, roomAbsence } from './visible.ts'

/** The number of webhooks that a room may have. */
export const MAX_WEBHOOKS = 10
/** The number of dead deliveries of a webhook that are kept, the newest ones. */
export const MAX_DEAD = 200

const MINUTE = 60_000
const FIRST_RETRY_MS = 5_000
/** How long after each failed attempt the next one is made. Together nearly a day; then the delivery is dead. */
const RETRIES_MS = [
  FIRST_RETRY_MS,
  30_000,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  60 * MINUTE,
  120 * MINUTE,
  240 * MINUTE,
  480 * MINUTE,
  480 * MINUTE,
]

/** The delivery of one end of a run to one webhook. Its id is the same however often it is sent, and tells nothing. */
export function deliveryOf(
  run: TenantRun,
  { outcome, endedAt }: Pick<EndedRecord, 'outcome' | 'endedAt'>,
  webhookId: string,
): DeliveryRow {
  const { roomId, threadId, runId } = run
  const name = JSON.stringify([run.tenantId, roomId, threadId, runId, webhookId])
  const body = {
    type: outcome.type === 'interrupted' ? 'run.needs_you' : 'run.ended',
    timestamp: iso(endedAt),
    data: { kind: outcome.type, roomId, threadId, runId },
  }
  return {
    deliveryId: `msg_${createHash('sha256').update(name).digest('hex').slice(0, 32)}`,
    webhookId,
    tenantId: run.tenantId,
    roomId,
    threadId,
    runId,
    body: JSON.stringify(body),
    at: endedAt,
    attempts: 0,
    dueAt: endedAt,
  }
}

export function decideWebhookCreate(
  { now, room, webhooks }: Known<'room' | 'webhooks'>,
  principal: Principal,
  roomId: string,
  asked: NewWebhook,
): Decision<CreateWebhookAnswer> {
  const absent = roomAbsence(room, principal)
  if (absent) return { answer: absent }
  const held = webhooks.find(({ webhookId }) => webhookId === asked.webhookId)
  if (held) {
    const { secret, url } = held
    return { answer: url === asked.url ? { type: 'same', webhook: toWebhook(held), secret } : { type: 'conflict' } }
  }
  if (webhooks.length >= MAX_WEBHOOKS) return { answer: { type: 'too_many' } }
  const { webhookId, url, secret } = asked
  const webhook: WebhookRow = { tenantId: principal.tenantId, roomId, webhookId, url, secret, at: now }
  return { answer: { type: 'created', webhook: toWebhook(webhook), secret }, writes: { webhooks: { put: webhook } } }
}

export function decideWebhookRemove(
  { room }: Known<'room'>,
  principal: Principal,
  roomId: string,
  webhookId: string,
): Decision<{ readonly type: 'gone' } | Absent> {
  const absent = roomAbsence(room, principal)
  return absent
    ? { answer: absent }
    : {
        answer: { type: 'gone' },
        writes: { webhooks: { remove: { tenantId: principal.tenantId, roomId, webhookId } } },
      }
}

type RetryAnswer = Awaited<ReturnType<WebhookStore['retry']>>

export function decideRetry(
  { room }: Known<'room'>,
  principal: Principal,
  { roomId, webhookId }: { readonly roomId: string; readonly webhookId: string },
  _deliveryId: string,
): Decision<RetryAnswer> | Need<Decision<RetryAnswer>> {
  const absent = roomAbsence(room, principal)
  if (absent) return { answer: absent }
  return needing(['delivery'], ({ now, delivery: held }) => {
    const isOf = held?.tenantId === principal.tenantId && held.roomId === roomId && held.webhookId === webhookId
    if (!isOf) return { answer: NOT_FOUND }
    const { reason: _, ...rest } = held
    const delivery: DeliveryRow = { ...rest, attempts: 0, dueAt: now }
    return { answer: { type: 'delivery', delivery: toDelivery(delivery) }, writes: { webhooks: { delivery } } }
  })
}

export function decideSettleDelivery(
  { now, delivery: held }: Known<'delivery'>,
  deliveryId: string,
  how: Parameters<WebhookStore['settle']>[1],
): Decision<void> {
  // Its webhook or its thread was deleted meanwhile.
  if (!held) return { answer: undefined }
  if (how === 'delivered') return { answer: undefined, writes: { webhooks: { delivered: deliveryId } } }
  const wait = how.refused ? undefined : RETRIES_MS[held.attempts]
  const dueAt = wait === undefined ? null : now + wait
  const delivery: DeliveryRow = { ...held, attempts: held.attempts + 1, dueAt, reason: how.failed }
  const othersWait = how.silent && { othersWait: { now, until: now + FIRST_RETRY_MS } }
  return { answer: undefined, writes: { webhooks: { delivery, ...othersWait } } }
}

export function toWebhook({ webhookId, roomId, url, at }: WebhookRow): WebhookInfo {
  return { webhookId, roomId, url, createdAt: iso(at) }
}

export function toDelivery({
  deliveryId,
  threadId,
  runId,
  at,
  attempts,
  dueAt,
  reason,
}: DeliveryRow): WebhookDeliveryInfo {
  return {
    deliveryId,
    threadId,
    runId,
    status: dueAt === null ? 'dead' : 'waiting',
    at: iso(at),
    attempts,
    ...(dueAt !== null && { dueAt: iso(dueAt) }),
    ...(reason !== undefined && { reason }),
  }
}
