/**
 * What an upstream says, handed to its readers.
 *
 * Owns: which reader is told what. Does not know: when a connection is opened or given up.
 */
import { problemOf, type TransportError } from '../transport/error.ts'
import type { Alone } from './alone.ts'
import type { InboxLine } from './inbox-line.ts'
import type { Opening } from './opening.ts'
import type { Readers } from './readers.ts'
import { resynced } from './resynced.ts'
import type { UpstreamHandlers } from './upstream.ts'
import type { Upstreams } from './upstreams.ts'

export interface HeardOptions {
  readonly readers: Readers
  readonly upstreams: Upstreams
  readonly alone: Alone
  readonly inbox: InboxLine
  readonly opening: Opening
  /** Who is carried by what may have changed. */
  changed(): void
}

export function heardBy({ readers, upstreams, alone, inbox, opening, changed }: HeardOptions): UpstreamHandlers {
  const { of, carriedBy } = readers

  return {
    onOpen(from) {
      opening.succeeded()
      for (const reader of carriedBy(from)) reader.opened()
      inbox.opened(from)
      changed()
    },
    onEnvelopes(from, id, batch) {
      for (const reader of of(id)) if (reader.isCarried(from)) reader.take(batch)
    },
    onCaughtUp(from, id) {
      for (const reader of of(id)) {
        if (reader.isCarried(from)) reader.caughtUp()
        alone.hand(reader)
      }
      changed()
    },
    onResync(from, id, { reason }) {
      for (const reader of of(id)) if (reader.isCarried(from)) reader.finish(resynced(reason))
      changed()
    },
    onInbox: (from, batch) => inbox.take(from, batch),
    onDelivery: inbox.delivered,
    onBytes(from) {
      for (const reader of carriedBy(from)) reader.bytes()
      inbox.bytes(from)
    },
    onDropped(from, reason, type) {
      // It cannot be said whose it was: it is counted once, by a reader of the inbox or by one of those who are carried.
      if (!inbox.dropped(reason, type)) carriedBy(from)[0]?.dropped(reason, type)
    },
    onEnd(from, error) {
      upstreams.remove(from)
      const refusesInbox = error && from.hasInbox && !from.isOpen && isOfInbox(error)
      opening.failed()
      inbox.lost(from, error)
      for (const reader of carriedBy(from)) {
        if (refusesInbox) reader.detach(from)
        else reader.lost(from, error)
      }
      changed()
    },
  }
}

/** A refusal of the whole request that is about its `inbox` alone: threads are refused one by one. */
function isOfInbox(error: TransportError): boolean {
  const code = problemOf(error)?.code
  return code === 'cursor_ahead' || code === 'cursor_gone' || code === 'invalid_cursor'
}
