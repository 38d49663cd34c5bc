/**
 * Delivers what the store says is due. Owns: when to ask, and how much is on its way. Does not know: what is delivered,
 * when it is tried again (decide/webhooks.ts).
 *
 * Invariants: a delivery is not sent twice at once; one receiver that does not answer does not hold up others for longer
 * than its time-out; nothing waits for a delivery.
 */
import type { Clock } from '@holdfast/core'
import type { Bus } from '../bus/port.ts'
import { isGone, StoreFault } from '../store/fault.ts'
import type { Delivery, WebhookStore } from '../store/port.ts'
import type { SendWebhook, Sent } from './send.ts'

export type WebhookLog =
  | { readonly type: 'webhook_delivered'; readonly deliveryId: string }
  | { readonly type: 'webhook_failed'; readonly deliveryId: string; readonly reason: string }
  | { readonly type: 'webhook_fault'; readonly error: unknown }

export interface DeliveryLoopOptions {
  readonly store: Pick<WebhookStore, 'due' | 'settle'>
  readonly bus: Pick<Bus, 'subscribe'>
  readonly clock: Clock
  readonly send: SendWebhook
  readonly log: (entry: WebhookLog) => void
}

export interface DeliveryLoop {
  start(): void
  /** What is on its way is given up, and sent again by the next process. */
  close(): Promise<void>
}

/** Deliveries at once. */
const MAX_AT_ONCE = 32
/** After a fault of the store. */
const AGAIN_MS = 5_000

export function createDeliveryLoop({ store, bus, clock, send, log }: DeliveryLoopOptions): DeliveryLoop {
  const sending = new Map<string, Promise<void>>()
  const stopping = new AbortController()
  let unsubscribe = () => {}
  let undo = () => {}
  let looking: Promise<void> | undefined
  let woken = false

  function wake(): void {
    if (stopping.signal.aborted) return
    woken = true
    looking ??= look().finally(() => {
      looking = undefined
      if (woken) wake()
    })
  }

  async function look(): Promise<void> {
    while (woken && !stopping.signal.aborted) {
      woken = false
      undo()
      const room = MAX_AT_ONCE - sending.size
      if (room <= 0) return
      try {
        const { deliveries, nextInMs } = await store.due(room, [...sending.keys()])
        for (const delivery of deliveries) sending.set(delivery.deliveryId, deliver(delivery))
        // If as many as there is room for were due, the first one to end asks again.
        if (nextInMs !== undefined && sending.size < MAX_AT_ONCE) undo = clock.schedule(nextInMs, wake)
      } catch (error) {
        fault(error)
      }
    }
  }

  async function deliver(delivery: Delivery): Promise<void> {
    const { deliveryId } = delivery
    try {
      const sent = await send(delivery, stopping.signal)
      if (stopping.signal.aborted) return
      await store.settle(deliveryId, settlement(sent))
      if (sent.type === 'delivered') log({ type: 'webhook_delivered', deliveryId })
      else log({ type: 'webhook_failed', deliveryId, reason: sent.reason })
      sending.delete(deliveryId)
      wake()
    } catch (error) {
      // It is due still, and is asked for again only after a while.
      sending.delete(deliveryId)
      fault(error)
    }
  }

  function fault(error: unknown): void {
    if (stopping.signal.aborted) return
    log({ type: 'webhook_fault', error })
    if (error instanceof StoreFault && isGone(error.code)) stopping.abort()
    else undo = clock.schedule(AGAIN_MS, wake)
  }

  return {
    start() {
      unsubscribe = bus.subscribe(({ type }) => {
        if (type === 'webhook.due') wake()
      })
      wake()
    },
    async close() {
      stopping.abort()
      unsubscribe()
      undo()
      await looking
      await Promise.all(sending.values())
    },
  }
}

function settlement(sent: Sent): Parameters<WebhookStore['settle']>[1] {
  if (sent.type === 'delivered') return 'delivered'
  const { reason: failed, refused, silent } = sent
  return { failed, ...(refused && { refused }), ...(silent && { silent }) }
}
