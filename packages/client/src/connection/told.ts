/**
 * What one reader of the feed has been told, by streams and polls alike, so that it is told everything once.
 *
 * Owns: that it is told once that it is open, and once of each thread that it is caught up; the inbox's cursor. Does not
 * know: requests, positions of threads (`body` gives the present ones).
 */
import { type FeedBody, keyString } from '@holdfast/core'
import type { Delivery, FeedHandlers, PolledHandlers } from '../transport/port.ts'

export interface Told {
  /** What the next request asks for. */
  readonly body: FeedBody
  opened(delivery: Delivery): void
  /** `onBytes` is called before anything else that arrived. */
  readonly handlers: PolledHandlers
}

export function createTold(body: () => FeedBody, handlers: FeedHandlers): Told {
  const caughtUp = new Set<string>()
  let { inbox } = body()
  let opened = false
  let delivery: Delivery = 'streams'

  return {
    get body() {
      return { ...(inbox !== undefined && { inbox }), threads: body().threads ?? [] }
    },
    opened(now) {
      if (!opened) handlers.onOpen()
      opened = true
      if (delivery !== now) handlers.onDelivery?.(now)
      delivery = now
    },
    handlers: {
      onBytes: () => handlers.onBytes(),
      onDropped: (reason, type) => handlers.onDropped(reason, type),
      onEnvelopes: (key, batch) => handlers.onEnvelopes(key, batch),
      onCaughtUp(what) {
        const id = keyString(what)
        if (caughtUp.has(id)) return
        caughtUp.add(id)
        handlers.onCaughtUp(what)
      },
      onResync: (what) => handlers.onResync(what),
      onInbox(batch) {
        inbox = batch.at(-1)?.cursor ?? inbox
        handlers.onInbox(batch)
      },
    },
  }
}
