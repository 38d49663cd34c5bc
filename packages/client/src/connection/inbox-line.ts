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
import type { Upstream } from './upstream.ts'

/** How many of the last entries are kept for a reader that joins. */
const KEPT = 500
/** How many answers of `GET /v1/inbox` are remembered with what came while they were on their way. */
const MARKS = 50

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
  /** The last entries, of which the first has this number. */
  let recent: InboxFrame[] = []
  let first = 0
  const marks = new Map<string, number>()
  let at: string | undefined
  let carrier: Upstream | undefined
  let heir: Upstream | undefined
  let held: InboxFrame[] = []
  const deliveries = new WeakMap<Upstream, Delivery>()

  /** Marks of a line that has ended since are worth nothing. */
  let era = 0

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
    const last = batch.at(-1)
    if (!last) return
    at = last.cursor
    recent.push(...batch)
    const surplus = Math.max(0, recent.length - KEPT)
    recent = recent.slice(surplus)
    first += surplus
    for (const reader of [...readers]) if (reader.on) tell(reader, batch)
  }

  /** What a reader with this cursor has missed; undefined if that is not known. */
  function backlog(cursor: string): readonly InboxFrame[] | undefined {
    if (cursor === at) return []
    const known = recent.findLastIndex((entry) => entry.cursor === cursor)
    if (known >= 0) return recent.slice(known + 1)
    const mark = marks.get(cursor)
    return mark === undefined || mark < first ? undefined : recent.slice(mark - first)
  }

  function reset(): void {
    era += 1
    carrier = undefined
    heir = undefined
    at = undefined
    held = []
    recent = []
    marks.clear()
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
      const from = first + recent.length
      const then = at === undefined ? undefined : era
      return ({ cursor: answered }) => {
        if (then !== era) return
        marks.set(answered, from)
        for (const cursor of marks.keys()) if (marks.size > MARKS) marks.delete(cursor)
      }
    },
    seat() {
      for (const reader of [...readers]) {
        if (reader.on) continue
        if (!carrier && ![...readers].some(({ on }) => on)) {
          reset()
          at = reader.cursor
        }
        const missed = backlog(reader.cursor)
        if (!missed) {
          reader.attempt.finish(unknownCursor())
          continue
        }
        reader.on = true
        if (missed.length > 0 || carrier?.isOpen) tell(reader, missed)
      }
    },
    get cursor() {
      return readers.size > 0 ? at : undefined
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
        reset()
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
