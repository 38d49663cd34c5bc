/**
 * One call of `open` for a log: how far it has been told, and by which connection. It may be carried by several at once while
 * one takes over from another.
 *
 * Owns: its cursor, what it has been told once. Does not know: other readers, when a connection takes over.
 *
 * Invariants: each envelope is handed on once and in order, whichever connection brings it; opened and caught up are told
 * once; it ends when no connection carries it any more, in the way the last one ended.
 */
import { type Envelope, keyString, type ThreadKey } from '@holdfast/core'
import type { TransportError } from '../transport/error.ts'
import type { DropReason, LogHandlers } from '../transport/port.ts'
import { createAttempt } from './attempt.ts'

/** A connection that brings envelopes, known by its identity alone. */
export type Carrier = object

export interface Reader {
  readonly key: ThreadKey
  readonly id: string
  /** Everything up to here has been handed on. */
  readonly cursor: number
  readonly done: Promise<void>
  readonly over: boolean
  /** Whether a connection carries it; whether this one does, if it is given. */
  isCarried(by?: Carrier): boolean
  attach(carrier: Carrier): void
  /** This one does not carry it any more, which is not its end. */
  detach(carrier: Carrier): void
  /** This one has ended: so has the reader, if no other carries it. */
  lost(carrier: Carrier, error?: TransportError): void
  finish(error?: TransportError): void
  opened(): void
  take(batch: readonly Envelope[]): void
  caughtUp(): void
  bytes(): void
  dropped(reason: DropReason, type?: string): void
}

export interface ReaderOptions {
  readonly key: ThreadKey
  readonly after: number
  readonly handlers: LogHandlers
  readonly signal: AbortSignal
  onOver(reader: Reader): void
}

export function createReader({ key: { roomId, threadId }, after, handlers, signal, onOver }: ReaderOptions): Reader {
  const key = { roomId, threadId }
  const carriers = new Set<Carrier>()
  const attempt = createAttempt(signal, () => {
    carriers.clear()
    onOver(reader)
  })
  let cursor = after
  let opened = false
  let caughtUp = false

  function open(): void {
    if (opened || attempt.over) return
    opened = true
    handlers.onOpen()
  }

  const reader: Reader = {
    key,
    id: keyString(key),
    get cursor() {
      return cursor
    },
    done: attempt.done,
    get over() {
      return attempt.over
    },
    isCarried: (by) => (by ? carriers.has(by) : carriers.size > 0),
    attach: (carrier) => void carriers.add(carrier),
    detach: (carrier) => void carriers.delete(carrier),
    lost(carrier, error) {
      if (carriers.delete(carrier) && carriers.size === 0) attempt.finish(error)
    },
    finish: attempt.finish,
    opened: open,
    take(batch) {
      open()
      const [first] = batch
      const news = first && first.seq > cursor ? batch : batch.filter(({ seq }) => seq > cursor)
      const last = news.at(-1)
      if (!last || attempt.over) return
      cursor = last.seq
      handlers.onEnvelopes(news)
    },
    caughtUp() {
      open()
      if (caughtUp || attempt.over) return
      caughtUp = true
      handlers.onCaughtUp()
    },
    bytes() {
      if (!attempt.over) handlers.onBytes()
    },
    dropped(reason, type) {
      if (!attempt.over) handlers.onDropped(reason, type)
    },
  }
  return reader
}
