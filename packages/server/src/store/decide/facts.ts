/**
 * The words between deciders and adapters. A decider is a pure function: facts that an adapter loaded, and a command,
 * give an answer and what is to be written. An adapter loads the facts, calls the decider, applies the writes in one
 * transaction (`./commit.ts` says how) and publishes the notices after the commit. What may happen is decided here,
 * once, for every adapter.
 *
 * Does not know: SQL, files, threads of execution, who is told.
 *
 * Rules for adapters:
 * - Facts of one decision are read, and its writes applied, in one transaction.
 * - `now` is the store's clock, never running backwards (`clock.ts`).
 * - `view` is the fold of the thread's whole log as it stands before the decision (a fold kept in memory, or a
 *   checkpoint and the log after it). A thread that does not exist has the view of an empty log.
 */
import type { ThreadKey, ThreadStatus, ThreadView } from '@holdfast/core'
import type { CancellingRecord, CancelRequest, QueuedRecord, RunningRecord, RunRecord } from '../run-record.ts'

/** Room ids are unique in the whole store: a ThreadKey alone is the identity of a conversation. */
export interface RoomRow {
  readonly roomId: string
  /** Who may see it: everybody of this tenant, nobody else. */
  readonly tenantId: string
  /** The person who made it. */
  readonly ownerId: string
  readonly title: string
  /** Absent: the room follows the default agent. */
  readonly agentId?: string
  /** What its creation said, if it was changed since. */
  readonly made?: { readonly title: string; readonly agentId?: string }
  /** Milliseconds since the epoch, by the store's clock; likewise below. */
  readonly createdAt: number
  /** A tombstone, once it is set. */
  readonly deletedAt?: number
}

/** A thread belongs to its room: who may see the room may see it. */
export interface ThreadRow extends ThreadKey {
  readonly ownerId: string
  readonly title: string
  /** What its creation said, once somebody has named it: then no generated name takes the title's place. */
  readonly madeTitle?: string
  /** The agent that the last start chose which named one. */
  readonly agentId?: string
  readonly mutedUntil?: number
  readonly archived: boolean
  readonly createdAt: number
  /** The last acceptance, start, cancel or end of a run: what a list is ordered by. Deltas do not move it. */
  readonly updatedAt: number
  /** `threadStatus` of the view at the last put; only an adapter's commit sets it, and likewise the three below. */
  readonly status: ThreadStatus
  /** How many runs wait. */
  readonly waiting: number
  /** `isHeld`. */
  readonly paused: boolean
  /** The run whose turn it is; null: none's. */
  readonly nextRunId: string | null
  /** A tombstone, once it is set: when, and where in its log `thread.deleted` was. */
  readonly deleted?: { readonly at: number; readonly seq: number }
}

/** A cancel for a run that does not exist yet. Keyed by (roomId, threadId, runId). */
export interface RememberedCancel extends ThreadKey {
  readonly runId: string
  readonly cancel: CancelRequest
  /** When it was asked for last. */
  readonly at: number
}

/** One record of the log before it has a seq: `json` is the event's JSON, and those bytes are what is stored. */
export interface LogRecord {
  readonly kind: 'agui' | 'control'
  readonly runId?: string
  readonly json: string
}

/** A thread row to put. What is left out is not decided: it is what the view says after these writes. */
export type ThreadPut = Omit<ThreadRow, 'status' | 'waiting' | 'paused' | 'nextRunId'>

export type RunNotice =
  | { readonly type: 'run.queued'; readonly runId: string }
  | { readonly type: 'run.cancel'; readonly runId: string }
  | { readonly type: 'run.ended'; readonly runId: string }

export type ThreadNotice = RunNotice | { readonly type: 'thread.deleted' }

/** Everything that one decision changes in one thread: applied whole or not at all. */
export interface Writes {
  readonly key: ThreadKey
  /** Put, after the log was appended. Present whenever the run whose turn it is may be another one afterwards. */
  readonly thread?: ThreadPut
  /** Appended in this order. */
  readonly log: readonly LogRecord[]
  /** Put. An ended record also asks for a fold checkpoint at the new head. */
  readonly run?: RunRecord
  /** Put among the remembered cancels. */
  readonly remember?: RememberedCancel
  /** The remembered cancel of this run is spent. */
  readonly forget?: string
  /** Remembered cancels of this room asked for before this time are dropped. */
  readonly pruneCancelsBefore?: number
  /** What is said here, for whoever searches; what a run says is found by the adapter when the run ends. */
  readonly said?: string
  /** The thread is new, or has another title: the row to put has it. */
  readonly titled?: true
  /** All the rest of the thread is dropped, when all else is done: the row to put is its tombstone. */
  readonly drop?: true
  /** Published after the commit, after the `thread.more` of `log`. */
  readonly notices: readonly ThreadNotice[]
}

/** `writes` is absent when nothing changes; of several, each is applied on top of the one before. */
export interface Decision<Answer> {
  readonly answer: Answer
  readonly writes?: Writes | readonly Writes[]
}

export interface StartFacts {
  readonly now: number
  readonly room: RoomRow | undefined
  readonly thread: ThreadRow | undefined
  readonly view: ThreadView
  /** The run that already has this id in this thread. */
  readonly run: RunRecord | undefined
  /** The remembered cancel of this run id. */
  readonly cancel: RememberedCancel | undefined
  /** Only read when it is to be superseded. See `CancelThreadFacts.run`. */
  readonly current: RunRecord | undefined
}

export interface CancelRunFacts {
  readonly now: number
  readonly room: RoomRow | undefined
  readonly thread: ThreadRow | undefined
  readonly run: RunRecord | undefined
  readonly view: ThreadView
  /** Whether a cancel of this run id is remembered already. */
  readonly remembered: boolean
  /** How many cancels this room remembers, and how many of them since `now - CANCEL_MEMORY_MS`. */
  readonly cancels: { readonly total: number; readonly recent: number }
}

export interface CancelThreadFacts {
  readonly now: number
  readonly room: RoomRow | undefined
  readonly thread: ThreadRow | undefined
  /** The run that is going on or about to: the running or cancelling one, else the one whose turn it is. */
  readonly run: RunRecord | undefined
  readonly view: ThreadView
}

export interface QueueFacts {
  readonly now: number
  readonly room: RoomRow | undefined
  readonly thread: ThreadRow | undefined
  readonly view: ThreadView
}

export interface EditFacts extends QueueFacts {
  readonly run: RunRecord | undefined
}

export interface ChangeQueueFacts extends QueueFacts {
  /** See `CancelThreadFacts.run`. */
  readonly current: RunRecord | undefined
}

/** For the run whose turn it is in its thread (`nextToStart`). */
export interface ClaimFacts {
  readonly now: number
  readonly thread: ThreadRow
  readonly run: QueuedRecord
  readonly view: ThreadView
}

/** For a run that waits for a new worker. */
export interface TakeoverFacts {
  readonly now: number
  readonly run: RunningRecord
  readonly view: ThreadView
  /** Of the run's records. */
  readonly firstSeq: number
}

/** For append and renew, which need no view and no row but the run's. */
export interface LeaseFacts {
  readonly now: number
  readonly run: RunRecord | undefined
}

export interface EndFacts extends LeaseFacts {
  readonly thread: ThreadRow | undefined
  /** Only read when what waits may have to be held or resumed: after a failure, and after a superseding run. */
  readonly view: ThreadView
}

export interface OrphanFacts {
  readonly now: number
  readonly thread: ThreadRow
  readonly run: RunningRecord | CancellingRecord
  readonly view: ThreadView
}

export interface RoomFacts {
  readonly now: number
  readonly room: RoomRow | undefined
}

/** Of one thread that may be deleted. */
export interface DeleteThreadFacts {
  readonly now: number
  readonly thread: ThreadRow
  readonly lastSeq: number
  /** See `CancelThreadFacts.run`. */
  readonly current: RunRecord | undefined
  /** Only read when a run is live. */
  readonly view: ThreadView
}

export interface ThreadFacts extends RoomFacts {
  readonly thread: ThreadRow | undefined
  readonly lastSeq: number
}
