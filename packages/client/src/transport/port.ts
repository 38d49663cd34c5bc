/**
 * PORT RunTransport: `ask` for what has one answer, `open` for what is read until it ends. One attempt at a time: the
 * caller decides whether there is another (`client/follow` for streams, `client/registry` for commands), so that
 * back-off and cursors have one owner each.
 *
 * Does not know: what can be asked (`verbs.ts`), what threads contain, React.
 *
 * Invariants:
 * - Every promise rejects with a `TransportError` and nothing else.
 * - A log gives only valid envelopes of its own key; anything else is dropped and counted, never guessed at.
 * - Closing a stream, in whatever way, changes no run.
 */
import type { CaughtUp, Envelope, FeedBody, InboxFrame, Resync, ThreadKey } from '@holdfast/core'
import type { AnswerOf, ArgsOf, ReadVerb, Verb } from './verbs.ts'

export interface RunTransport extends ReadTransport {
  ask<V extends Verb>(verb: V, args: ArgsOf<V>, signal?: AbortSignal): Promise<AnswerOf<V>>
}

/** A transport that changes nothing. */
export interface ReadTransport {
  ask<V extends ReadVerb>(verb: V, args: ArgsOf<V>, signal?: AbortSignal): Promise<AnswerOf<V>>
  /**
   * One connection. Resolves when the server has ended it; rejects when it could not be opened, broke, or `signal` was
   * aborted (`aborted`).
   */
  open(source: Source, signal: AbortSignal): Promise<void>
}

/** What is read until it ends, from a position on (exclusive), and who is told. */
export type Source =
  | {
      readonly type: 'log'
      readonly key: ThreadKey
      readonly after: number
      /** Beside the registry's own reading of this log, which it neither ends nor is ended by. */
      readonly apart?: true
      readonly handlers: LogHandlers
    }
  | { readonly type: 'inbox'; readonly cursor: string; readonly handlers: InboxHandlers }

export type LogSource = Extract<Source, { type: 'log' }>

export type DropReason = 'malformed' | 'foreign'

/** What comes over one connection to a log. All calls happen before `open` settles, and none after its signal. */
export interface LogHandlers {
  /** The server has answered: envelopes follow. */
  onOpen(): void
  /** Envelopes in the order of the log, as many as came at once; never empty. */
  onEnvelopes(batch: readonly Envelope[]): void
  /** History is complete; what follows is live. Once, after `onOpen`. */
  onCaughtUp(): void
  /** Something came, if only a heartbeat: the connection is alive. */
  onBytes(): void
  /** Something came that is not an envelope of this log; `type` is its event's, if it had one. */
  onDropped(reason: DropReason, type?: string): void
}

/** How data arrives: as it happens, or by polling where streams are held back or too many. */
export type Delivery = 'streams' | 'polls'

/** What comes over one connection to the inbox. As with `LogHandlers`: nothing after its signal. */
export interface InboxHandlers {
  onOpen(): void
  /** Called when it changes; `streams` until then. */
  onDelivery?(delivery: Delivery): void
  /** In order, as many as came at once; never empty. */
  onEntries(batch: readonly InboxFrame[]): void
  onBytes(): void
  onDropped(reason: DropReason, type?: string): void
}

/** What comes over the one connection of many threads and the inbox. Nothing after its signal. */
export interface FeedHandlers {
  onOpen(): void
  /** Called when it changes; `streams` until then. */
  onDelivery?(delivery: Delivery): void
  /** Of one thread that was asked for, in the order of its log; never empty. */
  onEnvelopes(key: ThreadKey, batch: readonly Envelope[]): void
  /** Once a thread: its history is complete. */
  onCaughtUp(what: CaughtUp): void
  /** At most once a thread: this connection says no more about it. */
  onResync(what: Resync): void
  /** Never empty. */
  onInbox(batch: readonly InboxFrame[]): void
  onBytes(): void
  /** Something that is not a frame, or not of a thread that was asked for; `type` is its event's, if it had one. */
  onDropped(reason: DropReason, type?: string): void
}

/** The one connection, as a server offers it (docs/PROTOCOL.md, feed). */
export interface FeedSource {
  /**
   * Resolves when the server has ended it; rejects like `open`. `body` is called for each request that is made, and gives
   * the positions up to which everything was handed on, without the threads that were resynced.
   */
  openFeed(body: () => FeedBody, handlers: FeedHandlers, signal: AbortSignal): Promise<void>
  /** What it would say now, as one answer. Resolves with whether that was cut off, so that there is more already. */
  pollFeed(body: FeedBody, handlers: PolledHandlers, signal: AbortSignal): Promise<{ readonly more: boolean }>
}

export type PolledHandlers = Omit<FeedHandlers, 'onOpen' | 'onDelivery'>
