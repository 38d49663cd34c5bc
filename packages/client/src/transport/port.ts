/**
 * PORT RunTransport: one attempt at a time. Whoever calls decides whether there is another (`client/feed` for logs,
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
  ChangeThreadBody,
  CreateRoomBody,
  Envelope,
  List,
  RoomInfo,
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
  /** Something came that is no envelope of this log. */
  onDropped(reason: DropReason): void
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

export interface DeleteThreadOptions {
  /** Cancels what runs there first. */
  readonly force?: boolean
}

export interface RunTransport {
  agents(): Promise<List<AgentInfo>>
  rooms(): Promise<List<RoomInfo>>
  createRoom(body: CreateRoomBody): Promise<RoomInfo>
  threads(roomId: string, query?: ThreadPageQuery): Promise<List<ThreadInfo>>
  /** Runs of every thread that may be seen, newest acceptance first. */
  runs(query?: RunPageQuery): Promise<List<RunInThread>>
  snapshot(key: ThreadKey, signal?: AbortSignal): Promise<ThreadSnapshot>
  /** Safe to repeat: `body.runId` is the idempotency key. */
  start(key: ThreadKey, body: StartBody): Promise<StartAccepted>
  /** Resolves once the request is durable, also for a run that does not exist yet. Safe to repeat. */
  cancelRun(key: ThreadKey, runId: string, reason?: string): Promise<CancelRequested | CancelTooLate>
  cancelThread(key: ThreadKey, reason?: string): Promise<CancelRequested | CancelTooLate>
  /** Safe to repeat. Resolves with the thread as it is now. */
  changeThread(key: ThreadKey, body: ChangeThreadBody): Promise<ThreadInfo>
  /** Resolves once it is gone, also if it was before. A thread in which a run is live is refused, unless by force. */
  deleteThread(key: ThreadKey, options?: DeleteThreadOptions): Promise<void>
  /**
   * One connection to a thread's log, from after `after` on. Resolves when the server has ended it; rejects when it
   * could not be opened, broke, or `signal` was aborted (`aborted`).
   */
  openLog(key: ThreadKey, after: number, handlers: LogHandlers, signal: AbortSignal): Promise<void>
}
