/**
 * What the registry shows and accepts: the types of its public interface.
 *
 * Owns: the shapes. Does not know: how any of it is produced.
 */
import type { ChangeRoomBody, ChangeThreadBody, CreateRoomBody, ReadMarks, RoomInfo, ThreadKey } from '@holdfast/core'
import type { AccessState } from '../access/access.ts'
import type { FollowCounters } from '../follow/port.ts'
import type { ConnectionState } from '../follow/state.ts'
import type { InboxStream, ListState, OverviewState, ThreadListObservation } from '../lists/port.ts'
import type { UnreadChange } from '../marks/marks.ts'
import type { Reading } from '../marks/reading.ts'
import type { Observable } from '../observable/observable.ts'
import type { LifecycleStream } from '../thread/lifecycle.ts'
import type { ActiveRun, Answers, RunRef, StartIntent, StartTicket, ThreadObservation } from '../thread/port.ts'
import type { Delivery, RunTransport } from '../transport/port.ts'
import type { DeleteThreadOptions } from '../transport/verbs.ts'
import type { EventStream } from './events.ts'

export interface RegistryDiagnostics {
  /** Threads kept in memory. */
  readonly threads: number
  /** Logs that are open or being opened. */
  readonly connections: number
  /** Only while streams do not arrive. */
  readonly delivery?: 'polls'
  /** Sums over all kept threads. `dropped` also counts the inbox and threads that are no longer kept. */
  readonly counters: Readonly<FollowCounters>
}

/**
 * `ask` and `open` are for what the registry does not keep. They go over its own transport: a 401 to any request shows in
 * `access`.
 */
export interface RunRegistry extends RunTransport, Reading {
  observe(key: ThreadKey): ThreadObservation
  /** Throws `RegistryError`: `busy` while a run starts or is live in this very thread (unless `onBusy`), `closed`. */
  start(key: ThreadKey, intent: StartIntent): StartTicket
  /**
   * Asks for another answer to the message that this run answered, from `agentId` or from the same agent. Also throws
   * `RegistryError` (`unknown_run`).
   */
  retry(key: ThreadKey, runId: string, agentId?: string): StartTicket
  /** Asks the agent that wrote this message for a further answer after it. */
  continueFrom(key: ThreadKey, messageId: string): StartTicket
  /**
   * Answers the open questions of a thread, all of them in one request: the run that asked continues in a new one. Stored,
   * repeated until it is answered, and carried out once, from however many tabs and devices. Refused answers are in
   * `failedStart`, with the `TransportError` that says why: `interrupt_answered`, `interrupt_expired`,
   * `arguments_changed`, `invalid`. Throws `RegistryError` (`busy`) while an answer is on its way from here.
   */
  answer(key: ThreadKey, answers: Answers): StartTicket
  /**
   * The only way to end a run from here, whether or not its thread is observed. With a key: whatever is live there.
   * Resolves once the request is durable; the log then says how the run ended. Rejects with a `TransportError` when it
   * could not be delivered: the run continues. A page that is reloaded meanwhile sends it after the reload.
   */
  cancel(target: ThreadKey | RunRef, reason?: string): Promise<void>
  /**
   * Stops one sub-agent; its run continues. Resolves once the request is durable, also if the sub-agent had ended.
   * Rejects with a `TransportError` when it could not be delivered.
   */
  cancelSubagent(key: ThreadKey, subagentRunId: string): Promise<void>
  /**
   * Changes the text of a queued message. Shown at once. Rejects with a `TransportError` when it failed: `not_queued`
   * once its turn has come. The same holds for the changes of the queue below.
   */
  editQueued(key: ThreadKey, runId: string, text: string): Promise<void>
  /** These first. Runs that are left out keep their order behind them. */
  reorderQueue(key: ThreadKey, order: readonly string[]): Promise<void>
  /** The active run ends as it would. Nothing from the queue starts until `resumeQueue`. */
  pauseQueue(key: ThreadKey): Promise<void>
  resumeQueue(key: ThreadKey): Promise<void>
  /** Starts it before the rest of the queue, in place of the active run. To remove a message, cancel its run. */
  sendNow(key: ThreadKey, runId: string): Promise<void>
  /** A key for a thread that does not exist yet. */
  mintKey(roomId: string): ThreadKey
  /** The composer has taken the text of the failed start. */
  dismissFailedStart(key: ThreadKey): void
  /**
   * `signed-out` from the first 401 until something is answered again, which is tried with back-off while anything is
   * observed, or until `resume`. Runs continue, but nothing of them is shown.
   */
  readonly access: Observable<AccessState>
  /** The person has signed in, or wants another attempt now. Waiting requests are sent, starts and cancels included. */
  resume(): void
  /** Loads a thread's content again. The known content stays until it is there. */
  refresh(key: ThreadKey): void
  /** Renames a thread, archives it, mutes it. Rejects with a `TransportError`, and then nothing has changed. */
  changeThread(key: ThreadKey, change: ChangeThreadBody): Promise<void>
  /**
   * Deletes a thread, for good. Rejects with a `TransportError`, and then nothing has changed: a thread in which a run
   * is live is refused unless by `force`, which cancels it first.
   */
  deleteThread(key: ThreadKey, options?: DeleteThreadOptions): Promise<void>
  observeThreads(roomId: string): ThreadListObservation
  observeRooms(): Observable<ListState<RoomInfo>>
  /** What is working, and what needs a person: by thread, by room, in total. */
  readonly overview: Observable<OverviewState>
  /** How data arrives, while anything is observed. */
  readonly delivery: Observable<Delivery>
  /** The page's own connection, which keeps lists and overview up to date while anything is observed. */
  readonly connection: Observable<ConnectionState>
  /** The entries that keep the overview up to date. */
  readonly inbox: InboxStream
  /** What is known of the person's read marks, by thread; undefined where nothing is. */
  readonly marks: {
    of(key: ThreadKey): ReadMarks | undefined
    /** Called when a thread becomes unread or read. */
    subscribe(listener: (change: UnreadChange) => void): () => void
  }
  createRoom(body: CreateRoomBody): Promise<RoomInfo>
  /** Rejects with a `TransportError`, and then nothing has changed. */
  changeRoom(roomId: string, change: ChangeRoomBody): Promise<void>
  /** Deletes a room and all its threads for good. Refused like `deleteThread` while a run is live in any of them. */
  deleteRoom(roomId: string, options?: DeleteThreadOptions): Promise<void>
  /** All runs that start or are active, as far as this device knows, in the order in which it learnt of them. */
  readonly active: Observable<readonly ActiveRun[]>
  readonly activeKeys: readonly ThreadKey[]
  readonly lifecycle: LifecycleStream
  /** Everything that happens here, as it happens. `deriveRunHandles` makes the handles of runs from it. */
  readonly events: EventStream
  readonly diagnostics: RegistryDiagnostics
  /** Ends all observation. Sends no cancel: runs continue on the server. Closing twice is harmless. */
  close(): void
}
