/** Rows about webhooks, as deciders and adapters exchange them. */
import type { TenantRoom, TenantRun } from './tenant-thread.ts'
import type { NewWebhook } from './webhook-store.ts'

export interface WebhookRow extends NewWebhook, TenantRoom {
  readonly at: number
}

export interface DeliveryRow extends TenantRun {
  readonly deliveryId: string
  readonly webhookId: string
  readonly body: string
  readonly at: number
  readonly attempts: number
  /** When it is tried next. null: it is dead. */
  readonly dueAt: number | null
  /** Why the last attempt failed. */
  readonly reason?: string
}
