/**
 * One call of `open` for the inbox, and what it has been told.
 *
 * Owns: that it hears of the opening once, and of each change of the delivery. Does not know: other readers, connections.
 */
import type { InboxFrame } from '@holdfast/core'
import type { TransportError } from '../transport/error.ts'
import type { Delivery, DropReason, InboxHandlers } from '../transport/port.ts'
import { createAttempt } from './attempt.ts'

export interface InboxReader {
  /** The one that it began with. */
  readonly cursor: string
  readonly done: Promise<void>
  /** Whether it has joined the line. */
  readonly joined: boolean
  join(): void
  /** The inbox is open, and comes in this way. */
  opened(delivery: Delivery): void
  /** How the inbox comes. It matters once the reader is open. */
  delivered(delivery: Delivery): void
  /** Also opens it. */
  take(batch: readonly InboxFrame[], delivery: Delivery): void
  bytes(): void
  dropped(reason: DropReason, type?: string): void
  finish(error?: TransportError): void
}

export function createInboxReader(
  cursor: string,
  handlers: InboxHandlers,
  signal: AbortSignal,
  onOver: () => void,
): InboxReader {
  const attempt = createAttempt(signal, onOver)
  let joined = false
  let isOpen = false
  let told: Delivery = 'streams'

  function delivered(delivery: Delivery): void {
    if (!isOpen || attempt.over || told === delivery) return
    told = delivery
    handlers.onDelivery?.(delivery)
  }

  function opened(delivery: Delivery): void {
    if (attempt.over) return
    if (!isOpen) {
      isOpen = true
      handlers.onOpen()
    }
    delivered(delivery)
  }

  return {
    cursor,
    done: attempt.done,
    get joined() {
      return joined
    },
    join() {
      joined = true
    },
    opened,
    delivered,
    take(batch, delivery) {
      opened(delivery)
      if (batch.length > 0 && !attempt.over) handlers.onEntries(batch)
    },
    bytes() {
      if (!attempt.over) handlers.onBytes()
    },
    dropped: (reason, type) => handlers.onDropped(reason, type),
    finish: attempt.finish,
  }
}
