/**
 * What one reader of the feed has been told, whoever brought it: from where the next request goes on.
 *
 * Owns: its cursors; that it is told once that it is open, and once of each thread that it is caught up. Does not know: requests.
 */
import { type FeedBody, keyString, type ThreadKey } from '@holdfast/core'
import type { Delivery, FeedHandlers, PolledHandlers } from '../transport/port.ts'

interface ToldThread {
  readonly key: ThreadKey
  after: number
  caughtUp: boolean
}

export interface Told {
  /** What is still to be asked for. */
  readonly body: FeedBody
  opened(delivery: Delivery): void
  /** `onBytes` is called before anything else of what came. */
  readonly handlers: PolledHandlers
}

export function createTold(body: FeedBody, handlers: FeedHandlers): Told {
  const threads = new Map<string, ToldThread>(
    (body.threads ?? []).map(({ roomId, threadId, after }) => [
      keyString({ roomId, threadId }),
      { key: { roomId, threadId }, after, caughtUp: false },
    ]),
  )
  let inbox = body.inbox
  let opened = false
  let delivery: Delivery = 'streams'

  return {
    get body() {
      return {
        ...(inbox !== undefined && { inbox }),
        threads: [...threads.values()].map(({ key, after }) => ({ ...key, after })),
      }
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
      onEnvelopes(key, batch) {
        const thread = threads.get(keyString(key))
        const last = batch.at(-1)
        if (thread && last) thread.after = Math.max(thread.after, last.seq)
        handlers.onEnvelopes(key, batch)
      },
      onCaughtUp(what) {
        const thread = threads.get(keyString(what))
        if (!thread || thread.caughtUp) return
        thread.caughtUp = true
        handlers.onCaughtUp(what)
      },
      onResync(what) {
        if (threads.delete(keyString(what))) handlers.onResync(what)
      },
      onInbox(batch) {
        inbox = batch.at(-1)?.cursor ?? inbox
        handlers.onInbox(batch)
      },
    },
  }
}
