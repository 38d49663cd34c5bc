/**
 * The part of PORT Store for webhooks: which addresses a room notifies, and what is to be delivered to them. The rules for
 * adapters are in `port.ts`, which exports these types too.
 */
import type { WebhookDeliveryInfo, WebhookInfo } from '@holdfast/core'
import type { Absent } from './absent.ts'
import type { Page, PageRequest } from './page.ts'
import type { Principal } from './principal.ts'

export interface NewWebhook {
  readonly webhookId: string
  readonly url: string
  /** What deliveries are signed with: `whsec_` and base64 (Standard Webhooks). */
  readonly secret: string
}

export type CreateWebhookAnswer =
  | { readonly type: 'created' | 'same'; readonly webhook: WebhookInfo; readonly secret: string }
  | { readonly type: 'conflict' }
  /** The room has as many as it may have. */
  | { readonly type: 'too_many' }
  | Absent

export interface DeliveryPageRequest extends PageRequest {
  readonly status?: WebhookDeliveryInfo['status']
}

/** One message to deliver now. */
export interface Delivery {
  readonly deliveryId: string
  readonly url: string
  readonly secret: string
  /** JSON: a kind and ids. The same at every attempt. */
  readonly body: string
}

export interface DueDeliveries {
  /** Earliest first. */
  readonly deliveries: readonly Delivery[]
  /** When the next one after these is due, in milliseconds from now. Absent: none waits. */
  readonly nextInMs?: number
}

export interface FailedDelivery {
  readonly failed: string
  readonly refused?: true
  readonly silent?: true
}

export interface WebhookStore {
  list(
    principal: Principal,
    roomId: string,
  ): Promise<{ readonly type: 'webhooks'; readonly webhooks: readonly WebhookInfo[] } | Absent>
  /** The same id with the same URL again answers `same`, with the secret that was stored. */
  create(principal: Principal, roomId: string, webhook: NewWebhook): Promise<CreateWebhookAnswer>
  /** Its deliveries go with it. A repeated call changes nothing. */
  remove(principal: Principal, roomId: string, webhookId: string): Promise<{ readonly type: 'gone' } | Absent>
  /** Newest first. Delivered ones are gone; of dead ones the newest 200 of a webhook are kept. */
  deliveries(
    principal: Principal,
    webhook: { readonly roomId: string; readonly webhookId: string },
    page: DeliveryPageRequest,
  ): Promise<({ readonly type: 'page' } & Page<WebhookDeliveryInfo>) | Absent | { readonly type: 'invalid_cursor' }>
  /** Delivers a dead one again, from its first attempt on. One that waits is tried at once. */
  retry(
    principal: Principal,
    webhook: { readonly roomId: string; readonly webhookId: string },
    deliveryId: string,
  ): Promise<{ readonly type: 'delivery'; readonly delivery: WebhookDeliveryInfo } | Absent>
  /** For the sender. Asked again before they are settled, it answers the same ones, but for `except`. */
  due(limit: number, except: readonly string[]): Promise<DueDeliveries>
  /**
   * `failed`: it is tried again later, or is dead after a day. `refused`: it is dead at once. `silent`: nothing answered in
   * time, so whatever else is due for this webhook waits for a moment, and what is due for others goes first.
   */
  settle(deliveryId: string, how: 'delivered' | FailedDelivery): Promise<void>
}
