/**
 * One request for the one connection: which threads it carries, and how far it has told each.
 *
 * Owns: that account. Does not know: who reads, why it was opened.
 */
import {
  type CaughtUp,
  type Envelope,
  type FeedBody,
  type InboxFrame,
  keyString,
  type Resync,
  type ThreadKey,
} from '@holdfast/core'
import { type TransportError, transportError } from '../transport/error.ts'
import type { Delivery, DropReason, FeedSource } from '../transport/port.ts'

interface Told {
  readonly key: ThreadKey
  /** Everything after the cursor it was asked with, up to here. */
  at: number
  /** Whether its history is complete. */
  ready: boolean
}

export interface Upstream {
  readonly isOpen: boolean
  readonly hasInbox: boolean
  /** Of a thread that it carries, by `keyString`. */
  told(id: string): Readonly<Told> | undefined
  /** Gives it up: nothing more is told. Twice is harmless. */
  close(): void
}

/** Each is called with its upstream, known by its identity; none after `close`. */
export interface UpstreamHandlers {
  onOpen(from: Upstream): void
  onEnvelopes(from: Upstream, id: string, batch: readonly Envelope[]): void
  onCaughtUp(from: Upstream, id: string, what: CaughtUp): void
  onResync(from: Upstream, id: string, what: Resync): void
  onInbox(from: Upstream, batch: readonly InboxFrame[]): void
  onDelivery(from: Upstream, delivery: Delivery): void
  onBytes(from: Upstream): void
  onDropped(from: Upstream, reason: DropReason, type?: string): void
  onEnd(from: Upstream, error?: TransportError): void
}

export function createUpstream(source: FeedSource, body: FeedBody, handlers: UpstreamHandlers): Upstream {
  const stop = new AbortController()
  const threads = new Map<string, Told>(
    (body.threads ?? []).map(({ roomId, threadId, after }) => [
      keyString({ roomId, threadId }),
      { key: { roomId, threadId }, at: after, ready: false },
    ]),
  )
  let isOpen = false

  const upstream: Upstream = {
    get isOpen() {
      return isOpen
    },
    hasInbox: body.inbox !== undefined,
    told: (id) => threads.get(id),
    close: () => stop.abort(),
  }

  /** What is said by a connection that has been given up is not heard. */
  const unlessClosed =
    <A extends readonly unknown[]>(hear: (...args: A) => void) =>
    (...args: A) => {
      if (!stop.signal.aborted) hear(...args)
    }

  async function run(): Promise<void> {
    let error: TransportError | undefined
    try {
      await source.openFeed(
        // A request that is made later goes on from where this one was told.
        () => ({ ...body, threads: Array.from(threads.values(), ({ key, at }) => ({ ...key, after: at })) }),
        {
          onOpen: unlessClosed(() => {
            isOpen = true
            handlers.onOpen(upstream)
          }),
          onEnvelopes: unlessClosed((key, batch) => {
            const id = keyString(key)
            const told = threads.get(id)
            const last = batch.at(-1)
            if (!told || !last) return
            told.at = Math.max(told.at, last.seq)
            handlers.onEnvelopes(upstream, id, batch)
          }),
          onCaughtUp: unlessClosed((what) => {
            const id = keyString(what)
            const told = threads.get(id)
            if (!told) return
            told.ready = true
            handlers.onCaughtUp(upstream, id, what)
          }),
          onResync: unlessClosed((what) => {
            const id = keyString(what)
            if (threads.delete(id)) handlers.onResync(upstream, id, what)
          }),
          onInbox: unlessClosed((batch) => handlers.onInbox(upstream, batch)),
          onDelivery: unlessClosed((delivery) => handlers.onDelivery(upstream, delivery)),
          onBytes: unlessClosed(() => handlers.onBytes(upstream)),
          onDropped: unlessClosed((reason, type) => handlers.onDropped(upstream, reason, type)),
        },
        stop.signal,
      )
    } catch (cause) {
      error = transportError(cause)
    }
    unlessClosed(() => handlers.onEnd(upstream, error))()
  }

  void run()
  return upstream
}
