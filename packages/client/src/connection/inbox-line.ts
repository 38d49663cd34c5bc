/**
 * The inbox as it comes over the one connection, for one reader or several.
 *
 * Owns: its readers, who may join, who hears what. Does not know: threads, when a connection is opened, which entries are
 * kept (`entries.ts`), which connection brings it (`handover.ts`).
 *
 * Invariants:
 * - Each reader receives each entry once, in the order of the line. While one upstream takes over from another, what the
 *   old one says waits: the new one says it again from the same cursor, or fails, and then it is handed on.
 * - Cursors are not compared (only the server can). A reader whose cursor was neither given out by this line nor answered
 *   by `GET /v1/inbox` while the line was open has to ask for the inbox again.
 */
import { type InboxFrame, type InboxOverview, PROBLEM_STATUS } from '@holdfast/core'
import { TransportError } from '../transport/error.ts'
import type { Delivery, DropReason, InboxHandlers } from '../transport/port.ts'
import { createEntries } from './entries.ts'
import { createHandover } from './handover.ts'
import { createInboxReader, type InboxReader } from './inbox-reader.ts'
import type { Upstream } from './upstream.ts'

export interface InboxLine {
  /** Whether it has a reader. */
  readonly wanted: boolean
  /** Whether a reader waits for an upstream that carries it. */
  readonly waiting: boolean
  /** One attempt, as `RunTransport.open` promises it. */
  read(cursor: string, handlers: InboxHandlers, signal: AbortSignal): Promise<void>
  /** The overview is asked for. Takes the answer, so that a reader with its cursor can join. */
  asking(): (answer: InboxOverview) => void
  /** Lets readers join if they can, and refuses those that cannot. */
  seat(): void
  /** Where the next connection continues. */
  readonly cursor: string | undefined
  /** This upstream was asked for the inbox, and is to carry it once it is open. */
  ride(upstream: Upstream): void
  opened(upstream: Upstream): void
  take(upstream: Upstream, batch: readonly InboxFrame[]): void
  /** How it comes by this upstream. */
  delivered(upstream: Upstream, delivery: Delivery): void
  bytes(upstream: Upstream): void
  /** False if there was no reader. */
  dropped(reason: DropReason, type?: string): boolean
  lost(upstream: Upstream, error?: TransportError): void
}

export function createInboxLine(changed: () => void): InboxLine {
  const readers = new Set<InboxReader>()
  const entries = createEntries()
  const handover = createHandover()
  const deliveries = new WeakMap<Upstream, Delivery>()
  const joined = () => [...readers].filter((reader) => reader.joined)
  const delivery = () => (handover.carrier && deliveries.get(handover.carrier)) ?? 'streams'

  function deliver(batch: readonly InboxFrame[]): void {
    if (batch.length === 0) return
    entries.add(batch)
    for (const reader of joined()) reader.take(batch, delivery())
  }

  function begin(cursor: string | undefined): void {
    entries.begin(cursor)
    handover.reset()
  }

  return {
    get wanted() {
      return readers.size > 0
    },
    get waiting() {
      return !handover.carrier && readers.size > 0
    },
    read(cursor, handlers, signal) {
      const reader = createInboxReader(cursor, handlers, signal, () => {
        readers.delete(reader)
        changed()
      })
      readers.add(reader)
      changed()
      return reader.done
    },
    asking: entries.asking,
    seat() {
      for (const reader of [...readers]) {
        if (reader.joined) continue
        if (!handover.carrier && joined().length === 0) begin(reader.cursor)
        const missed = entries.missedSince(reader.cursor)
        if (!missed) {
          reader.finish(unknownCursor())
          continue
        }
        reader.join()
        if (missed.length > 0 || handover.carrier?.isOpen) reader.take(missed, delivery())
      }
    },
    get cursor() {
      return readers.size > 0 ? entries.at : undefined
    },
    ride: handover.ride,
    opened(upstream) {
      handover.opened(upstream)
      if (upstream === handover.carrier) for (const reader of joined()) reader.opened(delivery())
    },
    take: (upstream, batch) => deliver(handover.take(upstream, batch)),
    delivered(upstream, how) {
      deliveries.set(upstream, how)
      if (upstream === handover.carrier) for (const reader of joined()) reader.delivered(how)
    },
    bytes(upstream) {
      if (upstream === handover.carrier) for (const reader of joined()) reader.bytes()
    },
    dropped(reason, type) {
      for (const reader of [...readers]) reader.dropped(reason, type)
      return readers.size > 0
    },
    lost(upstream, error) {
      const wasCarrier = upstream === handover.carrier
      deliver(handover.lost(upstream))
      if (!wasCarrier || handover.carrier) return
      begin(undefined)
      for (const reader of joined()) reader.finish(error)
    },
  }
}

function unknownCursor(): TransportError {
  const code = 'cursor_gone'
  const detail = 'The inbox must be requested again.'
  return new TransportError({
    type: 'problem',
    problem: { type: 'about:blank', title: 'Gone', status: PROBLEM_STATUS[code], code, detail },
  })
}
