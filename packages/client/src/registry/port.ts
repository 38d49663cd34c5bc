/**
 * What the registry shows and accepts: the types of its public interface.
 *
 * Owns: the shapes. Does not know: how any of it is produced.
 */
import type { ChangeRoomBody, ChangeThreadBody, CreateRoomBody, RoomInfo, ThreadKey } from '@holdfast/core'
import type { AccessState } from '../access/access.ts'
import type { FollowCounters } from '../follow/follow.ts'
import type { ConnectionState } from '../follow/state.ts'
import type { InboxStream, ListState, OverviewState, ThreadListObservation } from '../lists/port.ts'
import type { Observable } from '../observable/observable.ts'
import type { LifecycleStream } from '../thread/lifecycle.ts'
import type { ActiveRun, RunRef, StartIntent, StartTicket, ThreadObservation } from '../thread/port.ts'
import type { Delivery, RunTransport } from '../transport/port.ts'
import type { DeleteThreadOptions } from '../transport/verbs.ts'
import type { EventStream } from './events.ts'

export interface RegistryDiagnostics {
  /** Threads kept in memory. */
  readonly threads: number
  /** Logs that are open or being opened. */
  readonly connections: number
  /** Only while streams do not come through. */
  readonly delivery?: 'polls'
  /** Of all feeds together; what was dropped, also of those that are not kept any more, and of the inbox. */
  readonly counters: Readonly<FollowCounters>
}

/**
 * `ask` and `open` are for what the registry does not keep. They go over its own transport: a 401 to any request shows in
 * `access`.
 */
export interface RunRegistry extends RunTransport {
  observe(key: ThreadKey): ThreadObservation
  /** Throws `RegistryError`: `busy` while a run starts or is live in this very thread (unless `onBusy`), `closed`. */
  start(key: ThreadKey, intent: StartIntent): StartTicket
  /**
   * Asks for another answer to the message that this run answered: of `agentId`, or of the same agent. Throws `RegistryError`
   * also when that run is not known: `unknown_run`.
   */
  retry(key: ThreadKey, runId: string, agentId?: string): StartTicket
  /** Asks for a further answer after this message, of the agent that wrote it. */
  continueFrom(key: ThreadKey, messageId: string): StartTicket
  /**
   * The only way to end a run from here, whether or not its thread is looked at. With a key: whatever is live there.
   * Resolves once the request is durable; the log then says how it ended. Rejects with a `TransportError` when it could
   * not be delivered: the run goes on. A page that is reloaded meanwhile sends it after the reload.
   */
  cancel(target: ThreadKey | RunRef, reason?: string): Promise<void>
  /**
   * Other words for a message that waits. Shown at once; rejects with a `TransportError` when it did not come about:
   * `not_queued` once its turn has come. The same holds for the changes of the queue below.
   */
  editQueued(key: ThreadKey, runId: string, text: string): Promise<void>
  /** These first; what is left out keeps its order behind them. */
  reorderQueue(key: ThreadKey, order: readonly string[]): Promise<void>
  /** What goes on ends as it would; nothing of what waits follows until `resumeQueue`. */
  pauseQueue(key: ThreadKey): Promise<void>
  resumeQueue(key: ThreadKey): Promise<void>
  /** Before everything that waits, and in the place of what goes on. To take a message out, cancel its run. */
  sendNow(key: ThreadKey, runId: string): Promise<void>
  /** A key for a thread that does not exist yet. */
  mintKey(roomId: string): ThreadKey
  /** The composer has taken the text back. */
  dismissFailedStart(key: ThreadKey): void
  /**
   * `signed-out` from the first refusal for want of a sign-in until something is answered again, which is tried with
   * back-off while anybody looks, or until `resume`. Runs go on; nothing is shown of them.
   */
  readonly access: Observable<AccessState>
  /** Somebody signed in, or asks for another attempt now: what waits goes on, starts and cancels included. */
  resume(): void
  /** Takes a thread's content anew; what is known stays until it is there. */
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
  /** Thread, room, everything: who works, who needs somebody. */
  readonly overview: Observable<OverviewState>
  /** How what is shown arrives, while anybody looks. */
  readonly delivery: Observable<Delivery>
  /** Of what keeps lists and the overview up to date, while anybody looks: the page's own connection. */
  readonly connection: Observable<ConnectionState>
  /** What the overview is kept up to date by. */
  readonly inbox: InboxStream
  createRoom(body: CreateRoomBody): Promise<RoomInfo>
  /** Rejects with a `TransportError`, and then nothing has changed. */
  changeRoom(roomId: string, change: ChangeRoomBody): Promise<void>
  /** With all its threads, for good. Refused like `deleteThread`, while a run is live in any of them. */
  deleteRoom(roomId: string, options?: DeleteThreadOptions): Promise<void>
  /** Everything that starts or runs, as far as this device knows, in the order it learnt of it. */
  readonly active: Observable<readonly ActiveRun[]>
  readonly activeKeys: readonly ThreadKey[]
  readonly lifecycle: LifecycleStream
  /** Everything that happens here, as it happens. `deriveRunHandles` makes the handles of runs from it. */
  readonly events: EventStream
  readonly diagnostics: RegistryDiagnostics
  /** Ends all observation. Sends no cancel: runs go on where they run. Closing twice is harmless. */
  close(): void
}
