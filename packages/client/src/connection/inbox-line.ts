/**
 * The inbox as it comes over the one connection, for one reader or several.
 *
 * Owns: the cursor from which the next connection continues, its readers, the last entries for a reader that joins. Does
 * not know: threads, when a connection is opened.
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
import { type Attempt, createAttempt } from './attempt.ts'
import { createEntries } from './entries.ts'
import type { Upstream } from './upstream.ts'

interface InboxReader {
  readonly cursor: string
  readonly handlers: InboxHandlers
  readonly attempt: Attempt
  /** Whether it hears what comes. */
  on: boolean
  opened: boolean
  /** What it has been told. */
  delivery: Delivery
}

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
  let carrier: Upstream | undefined
  let heir: Upstream | undefined
  let held: InboxFrame[] = []
  const deliveries = new WeakMap<Upstream, Delivery>()

  function tell(reader: InboxReader, batch: readonly InboxFrame[]): void {
    open(reader)
    if (batch.length > 0 && !reader.attempt.over) reader.handlers.onEntries(batch)
  }

  function open(reader: InboxReader): void {
    if (reader.attempt.over) return
    if (!reader.opened) {
      reader.opened = true
      reader.handlers.onOpen()
    }
    const delivery = (carrier && deliveries.get(carrier)) ?? 'streams'
    if (reader.delivery === delivery) return
    reader.delivery = delivery
    reader.handlers.onDelivery?.(delivery)
  }

  function deliver(batch: readonly InboxFrame[]): void {
    if (batch.length === 0) return
    entries.add(batch)
    for (const reader of [...readers]) if (reader.on) tell(reader, batch)
  }

  function begin(cursor: string | undefined): void {
    entries.begin(cursor)
    carrier = undefined
    heir = undefined
    held = []
  }

  function over(reader: InboxReader): void {
    readers.delete(reader)
    changed()
  }

  return {
    get wanted() {
      return readers.size > 0
    },
    get waiting() {
      return !carrier && readers.size > 0
    },
    read(cursor, handlers, signal) {
      const attempt = createAttempt(signal, () => over(reader))
      const reader: InboxReader = { cursor, handlers, attempt, on: false, opened: false, delivery: 'streams' }
      readers.add(reader)
      changed()
      return attempt.done
    },
    asking() {
      const note = entries.asking()
      return ({ cursor }) => note(cursor)
    },
    seat() {
      for (const reader of [...readers]) {
        if (reader.on) continue
        if (!carrier && ![...readers].some(({ on }) => on)) begin(reader.cursor)
        const missed = entries.missedSince(reader.cursor)
        if (!missed) {
          reader.attempt.finish(unknownCursor())
          continue
        }
        reader.on = true
        if (missed.length > 0 || carrier?.isOpen) tell(reader, missed)
      }
    },
    get cursor() {
      return readers.size > 0 ? entries.at : undefined
    },
    ride(upstream) {
      if (carrier) heir = upstream
      else carrier = upstream
    },
    opened(upstream) {
      if (upstream === heir) {
        carrier = heir
        heir = undefined
        held = []
      }
      if (upstream !== carrier) return
      for (const reader of [...readers]) if (reader.on) open(reader)
    },
    take(upstream, batch) {
      if (upstream !== carrier) return
      if (heir) held.push(...batch)
      else deliver(batch)
    },
    delivered(upstream, delivery) {
      deliveries.set(upstream, delivery)
      if (upstream !== carrier) return
      for (const reader of [...readers]) if (reader.on && reader.opened) open(reader)
    },
    bytes(upstream) {
      if (upstream !== carrier) return
      for (const reader of [...readers]) if (reader.on && !reader.attempt.over) reader.handlers.onBytes()
    },
    dropped(reason, type) {
      for (const reader of [...readers]) reader.handlers.onDropped(reason, type)
      return readers.size > 0
    },
    lost(upstream, error) {
      if (upstream === heir) {
        heir = undefined
        const late = held
        held = []
        deliver(late)
      } else if (upstream === carrier) {
        carrier = heir
        heir = undefined
        held = []
        if (carrier) return
        begin(undefined)
        for (const reader of [...readers]) if (reader.on) reader.attempt.finish(error)
      }
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
