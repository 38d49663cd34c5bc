/**
 * PORT RunTransport: one attempt at a time. Whoever calls decides whether there is another (`client/follow` for logs,
 * `client/registry` for commands), so that back-off, cursors and patience have one owner each.
 *
 * Does not know: what threads contain, how often to try, React.
 *
 * Invariants:
 * - Every promise rejects with a `TransportError` and nothing else.
 * - A log gives only valid envelopes of its own key; anything else is dropped and counted, never guessed at.
 * - Ending a log, in whatever way, changes no run.
 */
import type {
  AgentInfo,
  CancelRequested,
  CancelTooLate,
  CaughtUp,
  ChangeQueueBody,
  ChangeRoomBody,
  ChangeThreadBody,
  CreateRoomBody,
  EditRunBody,
  Envelope,
  EventPage,
  FeedBody,
  InboxFrame,
  InboxOverview,
  List,
  PresenceBody,
  QueueInfo,
  Resync,
  RoomInfo,
  Run,
  RunInThread,
  StartAccepted,
  StartBody,
  ThreadInfo,
  ThreadKey,
  ThreadSnapshot,
} from '@holdfast/core'

export type DropReason = 'malformed' | 'foreign'

/** What comes of one connection to a log. All calls happen before `openLog` settles, and none after its signal. */
export interface LogHandlers {
  /** The server has answered: envelopes follow. */
  onOpen(): void
  /** Envelopes in the order of the log, as many as came at once; never empty. */
  onEnvelopes(batch: readonly Envelope[]): void
  /** History is complete; what follows is live. Once, after `onOpen`. */
  onCaughtUp(): void
  /** Something came, if only a heartbeat: the connection lives. */
  onBytes(): void
  /** Something came that is no envelope of this log; `type` is its event's, if it had one. */
  onDropped(reason: DropReason, type?: string): void
}

export interface ThreadPageQuery {
  readonly before?: string
  readonly limit?: number
  /** Words that the title, or what was said, holds. */
  readonly q?: string
}

export interface RunPageQuery {
  /** ISO 8601: accepted then or later. */
  readonly since?: string
  /** ISO 8601: accepted before then. */
  readonly until?: string
  readonly before?: string
  readonly limit?: number
}

/** How what is read arrives: as it happens, or by asking again and again where streams are held back or too many. */
export type Delivery = 'streams' | 'polls'

/** What comes of one connection to the inbox. As with `LogHandlers`: nothing after its signal. */
export interface InboxHandlers {
  onOpen(): void
  /** Said when it changes; streams until then. */
  onDelivery?(delivery: Delivery): void
  /** In order, as many as came at once; never empty. */
  onEntries(batch: readonly InboxFrame[]): void
  onBytes(): void
  onDropped(reason: DropReason, type?: string): void
}

/** What comes of the one connection of many threads and the inbox. Nothing after its signal. */
export interface FeedHandlers {
  onOpen(): void
  /** Said when it changes; streams until then. */
  onDelivery?(delivery: Delivery): void
  /** Of one thread that was asked for, in the order of its log; never empty. */
  onEnvelopes(key: ThreadKey, batch: readonly Envelope[]): void
  /** Once a thread: its history is complete. */
  onCaughtUp(what: CaughtUp): void
  /** At most once a thread: this connection says no more of it. */
  onResync(what: Resync): void
  /** Never empty. */
  onInbox(batch: readonly InboxFrame[]): void
  onBytes(): void
  /** Something that is no frame, or none of a thread that was asked for; `type` is its event's, if it had one. */
  onDropped(reason: DropReason, type?: string): void
}

/** The one connection, as a server offers it (docs/PROTOCOL.md, feed). */
export interface FeedSource {
  /** Resolves when the server has ended it; rejects like `openLog`. */
  openFeed(body: FeedBody, handlers: FeedHandlers, signal: AbortSignal): Promise<void>
  /** What it would say now, as one answer. Resolves with whether that was cut off, so that there is more already. */
  pollFeed(body: FeedBody, handlers: PolledHandlers, signal: AbortSignal): Promise<{ readonly more: boolean }>
}

export type PolledHandlers = Omit<FeedHandlers, 'onOpen' | 'onDelivery'>

/** Of a room or a thread. */
export interface DeleteThreadOptions {
  /** Cancels what runs there first. */
  readonly force?: boolean
}

export interface EventPageQuery {
  /** The thread's seq; exclusive. */
  readonly after?: number
  readonly limit?: number
}

export interface RunTransport {
  agents(): Promise<List<AgentInfo>>
  rooms(): Promise<List<RoomInfo>>
  createRoom(body: CreateRoomBody): Promise<RoomInfo>
  changeRoom(roomId: string, body: ChangeRoomBody): Promise<RoomInfo>
  /** Resolves once it is gone, also if it was before, and all its threads. Refused while a run is live in it, unless by force. */
  deleteRoom(roomId: string, options?: DeleteThreadOptions): Promise<void>
  threads(roomId: string, query?: ThreadPageQuery): Promise<List<ThreadInfo>>
  /** Runs of every thread that may be seen, newest acceptance first. */
  runs(query?: RunPageQuery): Promise<List<RunInThread>>
  /** One run's bare AG-UI events, a page at a time; `next` of an empty first page is where the run begins. */
  runEvents(key: ThreadKey, runId: string, query?: EventPageQuery): Promise<EventPage>
  snapshot(key: ThreadKey, signal?: AbortSignal): Promise<ThreadSnapshot>
  /** Safe to repeat: `body.runId` is the idempotency key. */
  start(key: ThreadKey, body: StartBody): Promise<StartAccepted>
  /** Resolves once the request is durable, also for a run that does not exist yet. Safe to repeat. */
  cancelRun(key: ThreadKey, runId: string, reason?: string): Promise<CancelRequested | CancelTooLate>
  cancelThread(key: ThreadKey, reason?: string): Promise<CancelRequested | CancelTooLate>
  /** Other words for a run that still waits. Safe to repeat. */
  changeRun(key: ThreadKey, runId: string, body: EditRunBody): Promise<Run>
  /** Safe to repeat, except with `supersede`. */
  changeQueue(key: ThreadKey, body: ChangeQueueBody): Promise<QueueInfo>
  /** Safe to repeat. Resolves with the thread as it is now. */
  changeThread(key: ThreadKey, body: ChangeThreadBody): Promise<ThreadInfo>
  /** Resolves once it is gone, also if it was before. A thread in which a run is live is refused, unless by force. */
  deleteThread(key: ThreadKey, options?: DeleteThreadOptions): Promise<void>
  /** What this device shows now. A hint that may be lost; said again it replaces what was said before. */
  presence(body: PresenceBody): Promise<void>
  /** What goes on in everything that may be seen, at one moment. */
  inbox(): Promise<InboxOverview>
  /** One connection to the inbox, from behind `cursor` on. Settles like `openLog`. */
  openInbox(cursor: string, handlers: InboxHandlers, signal: AbortSignal): Promise<void>
  /**
   * One connection to a thread's log, from after `after` on. Resolves when the server has ended it; rejects when it
   * could not be opened, broke, or `signal` was aborted (`aborted`).
   */
  openLog(key: ThreadKey, after: number, handlers: LogHandlers, signal: AbortSignal): Promise<void>
}

/** What has one answer. */
export type Answers = Omit<RunTransport, 'openLog' | 'openInbox'>
