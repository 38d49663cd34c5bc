/**
 * What the registry shows and takes: the words of the public interface.
 *
 * Owns: the shapes. Does not know: how any of it comes about.
 */
import type {
  ChangeRoomBody,
  ChangeThreadBody,
  CreateRoomBody,
  InboxEntry,
  RoomActivity,
  RoomInfo,
  Run,
  StartBody,
  ThreadInfo,
  ThreadKey,
  ThreadMessage,
  ThreadView,
} from '@holdfast/core'
import type { AccessState } from '../access/access.ts'
import type { FeedCounters } from '../follow/follow.ts'
import type { FeedState } from '../follow/state.ts'
import type { Observable } from '../observable/observable.ts'
import type { TransportError } from '../transport/error.ts'
import type { DeleteThreadOptions, Delivery, DropReason } from '../transport/port.ts'
import type { Activity } from './activity.ts'
import type { RunHandles } from './handles.ts'
import type { LifecycleStream } from './lifecycle.ts'

/** What is known of a thread's content. */
export type ThreadContent =
  /** Not yet asked, or not yet answered. */
  | { readonly type: 'loading' }
  /** The server has no such thread (yet): a first start makes it. */
  | { readonly type: 'new' }
  | { readonly type: 'ready'; readonly view: ThreadView }
  /** Deleted, for good. */
  | { readonly type: 'gone' }

/** A start that did not come about. The words go back to whoever wrote them. */
export interface FailedStart {
  readonly runId: string
  /** The text of the messages that were to be sent; empty for a retry. */
  readonly text: string
  /** Absent when the person cancelled before it failed: then there is nothing to complain about (S004-29). */
  readonly error?: TransportError
}

/** A message that waits for its turn. */
export interface WaitingMessage {
  readonly runId: string
  readonly text: string
  /**
   * `sending` until the server has it, `queued` from then on, `going` once it is to be sent before its turn, `leaving`
   * once it is to be taken out.
   */
  readonly stage: 'sending' | 'queued' | 'going' | 'leaving'
}

/** What waits in a thread, in the order of its turn, as the person wants it: changes on their way are in it. */
export interface ThreadQueue {
  readonly items: readonly WaitingMessage[]
  /** Nothing of it starts by itself. */
  readonly paused: boolean
}

export interface ThreadState {
  readonly key: ThreadKey
  readonly content: ThreadContent
  /** Messages that were sent from here and that the conversation does not hold yet, in order: shown after its path. */
  readonly pending: readonly ThreadMessage[]
  readonly queue: ThreadQueue
  readonly activity: Activity
  /** Of the connection alone: it says nothing about any run. */
  readonly connection: FeedState
  /** Until the next start, or `dismissFailedStart`. */
  readonly failedStart?: FailedStart
}

/** Observable before, during and after any run. Looking at it never starts, keeps or ends one. */
export type ThreadObservation = Observable<ThreadState>

export type StartIntent = (
  | { readonly text: string; readonly messages?: never }
  | { readonly text?: never; readonly messages: NonNullable<StartBody['messages']> }
) &
  Pick<StartBody, 'parentId' | 'agentId' | 'forwardedProps'> & {
    /** What to do while a run goes on here: wait behind it and behind what waits already, or take its place. */
    readonly onBusy?: 'enqueue' | 'supersede'
  }

export interface StartTicket {
  readonly runId: string
  /** Of the new messages, in order; empty for a retry. */
  readonly messageIds: readonly string[]
  /**
   * The run, once its accept is durable; after a sign-in, if one is needed. Rejects once with a `TransportError` when it
   * was refused, could not be sent, or was cancelled before it was accepted. May be ignored: the observation tells the same.
   */
  readonly accepted: Promise<Run>
}

/** One particular run, so that a late click never hits the next one. */
export interface RunRef {
  readonly key: ThreadKey
  readonly runId: string
}

export interface ActiveRun extends RunRef {
  readonly activity: Exclude<Activity['type'], 'idle'>
}

export interface ListState<T> {
  /** Undefined until the first answer. */
  readonly items: readonly T[] | undefined
  /** Why the list is not up to date; its items are the last that were known. */
  readonly error?: TransportError
}

export interface ThreadListState extends ListState<ThreadInfo> {
  /** Whether `loadMore` has more to give. */
  readonly more: boolean
}

export interface ThreadListObservation extends Observable<ThreadListState> {
  /** Adds the next page of older threads. */
  loadMore(): Promise<void>
}

/** What goes on in everything the person may see: from durable state, whether or not anything of it is open here. */
export interface OverviewState {
  /** False until the first answer. */
  readonly known: boolean
  /** How many threads of each room work, need a person, are unread. */
  readonly rooms: readonly RoomActivity[]
  /** Those that are not idle, newest activity first. */
  readonly threads: readonly ThreadInfo[]
  /** Why it is not up to date. */
  readonly error?: TransportError
}

/** What happens in everything the person may see, whether or not anything of it is open here. */
export interface InboxStream {
  /** Each entry once, in the order of its room, from now on; after a lost connection those that came meanwhile. */
  subscribe(listener: (entry: InboxEntry) => void): () => void
}

/** Something that came was dropped, because it did not say where it belongs, or belongs elsewhere (G8). */
export interface Diagnostic {
  /** The event's, or what could be read of it. */
  readonly type: string
  readonly reason: DropReason
  /** On whose reading it came, where it came on one's. */
  readonly key?: ThreadKey
}

export interface RegistryDiagnostics {
  /** Threads kept in memory. */
  readonly threads: number
  /** Logs that are open or being opened. */
  readonly connections: number
  /** Only while streams do not come through. */
  readonly delivery?: 'polls'
  /** Of all feeds together; what was dropped, also of those that are not kept any more, and of the inbox. */
  readonly counters: Readonly<FeedCounters>
}

export interface RunRegistry {
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
  readonly connection: Observable<FeedState>
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
  /** The runs of this device, one a thread. Runs of the server are entered and completed by the registry itself. */
  readonly handles: RunHandles
  readonly diagnostics: RegistryDiagnostics
  /** Ends all observation. Sends no cancel: runs go on where they run. Closing twice is harmless. */
  close(): void
}
