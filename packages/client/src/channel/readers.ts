/**
 * What a stream says, checked on arrival and handed to its reader.
 *
 * Owns: which item is malformed, which envelope belongs to another thread. Does not know: channels, sessions, when a stream ends.
 */
import { readEnvelope, sameKey } from '@holdfast/core'
import { isInboxFrame } from '../transport/inbox-frame.ts'
import type { Delivery, DropReason, InboxHandlers, LogHandlers, LogSource } from '../transport/port.ts'

export interface Reader {
  /** A batch has arrived; it may be empty. */
  beat(): void
  /** Whether it was something a stream can say. */
  hear(item: Readonly<Record<string, unknown>>): boolean
}

export function logReader({ key, handlers }: LogSource): Reader {
  return {
    beat: () => handlers.onBytes(),
    hear(item) {
      if (item.type === 'caught-up') handlers.onCaughtUp()
      else if (item.type === 'envelopes' && Array.isArray(item.batch)) {
        const batch = item.batch.flatMap((value: unknown) => {
          const envelope = readEnvelope(value)
          if (envelope && sameKey(envelope, key)) return [envelope]
          handlers.onDropped(envelope ? 'foreign' : 'malformed', envelope?.event.type)
          return []
        })
        if (batch.length > 0) handlers.onEnvelopes(batch)
      } else return hearEither(item, handlers)
      return true
    },
  }
}

export function inboxReader(handlers: InboxHandlers): Reader {
  return {
    beat: () => handlers.onBytes(),
    hear(item) {
      if (item.type === 'delivery' && isDelivery(item.delivery)) {
        handlers.onDelivery?.(item.delivery)
        return true
      }
      if (item.type !== 'entries' || !Array.isArray(item.batch)) return hearEither(item, handlers)
      const batch = item.batch.flatMap((value: unknown) => {
        if (isInboxFrame(value)) return [value]
        handlers.onDropped('malformed')
        return []
      })
      if (batch.length > 0) handlers.onEntries(batch)
      return true
    },
  }
}

function hearEither(
  { type, reason, what }: Readonly<Record<string, unknown>>,
  handlers: Pick<LogHandlers, 'onOpen' | 'onDropped'>,
): boolean {
  if (type === 'opened') handlers.onOpen()
  else if (type === 'dropped' && isDropReason(reason))
    handlers.onDropped(reason, typeof what === 'string' ? what : undefined)
  else return false
  return true
}

function isDelivery(value: unknown): value is Delivery {
  return value === 'streams' || value === 'polls'
}

function isDropReason(value: unknown): value is DropReason {
  return value === 'malformed' || value === 'foreign'
}
