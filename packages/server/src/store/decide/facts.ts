/**
 * What deciders and adapters exchange: stored rows, the facts that a decision is made from, and the writes that it asks
 * for. Deciders are pure functions from facts to writes, so every rule is written once, for all adapters. An adapter
 * only loads facts and applies writes (`./commit.ts` has the shared half of applying).
 *
 * Does not know: SQL, files, threads of execution, subscribers.
 *
 * Rules for adapters:
 * - All facts of one decision are read, and its writes applied, in one transaction.
 * - `now` is the store's clock and never runs backwards (`clock.ts`).
 * - `view` is the fold of the thread's whole log as it stands before the decision (a fold kept in memory, or a
 *   checkpoint and the log after it). A thread that does not exist has the view of an empty log.
 */
import type { ThreadKey, ThreadStatus, ThreadView } from '@holdfast/core'
import type { CancellingRecord, CancelRequest, RunningRecord, RunRecord } from '../run-record.ts'
import type { TenantRun } from '../tenant-thread.ts'
import type { Contender } from './places.ts'

/** Room ids are unique within a tenant. A decision is made for one tenant, so in it a ThreadKey names a conversation. */
export interface RoomRow {
  readonly roomId: string
  /** Everybody of this tenant may see it, and no one else. */
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
  /** The title of its creation, once a person has named it. Then no generated title replaces its title. */
  readonly madeTitle?: string
  /** The agent that the last start chose which named one. */
  readonly agentId?: string
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
  /** The run that is next to start; null: none. */
  readonly nextRunId: string | null
  /** A tombstone, once it is set: when, and where in its log `thread.deleted` was. */
  readonly deleted?: { readonly at: number; readonly seq: number }
}

/**
 * What a thread is to one person. Nobody else sees it or hears of a change of it. A person's read mark will be another field.
 */
export interface PersonThread {
  readonly mutedUntil?: number
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
  /** Put after the log was appended. Present whenever these writes may change which run is next to start. */
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
  /** Text to index for the search. The adapter indexes a run's answer itself when the run ends. */
  readonly said?: string
  /** The thread is new, or has another title: the row to put has it. */
  readonly titled?: true
  /** All the rest of the thread is dropped, when all else is done: the row to put is its tombstone. */
  readonly drop?: true
  /** What the thread is to one person: put, and told in that person's log alone. */
  readonly own?: { readonly personId: string; readonly put: PersonThread }
  /** Published after the commit, after the `thread.more` of `log`. */
  readonly notices: readonly ThreadNotice[]
}

/** A room to put: created, changed, or a tombstone. The inbox says so. */
export interface RoomPut {
  readonly room: RoomRow
}

export type Change = Writes | RoomPut

/** The place that facts are of. Fields that no needed fact is about are empty. */
export interface Subject extends TenantRun {
  readonly personId?: string
}

/**
 * Everything that a decision may need, by name. A decision gets only the facts that it declares (`./step.ts`), and an
 * adapter has one loader for each.
 */
export interface Facts {
  /** The subject's room; likewise below. */
  readonly room: RoomRow | undefined
  readonly thread: ThreadRow | undefined
  /** What the thread is to the subject's person; undefined: nothing that differs from other threads. */
  readonly own: PersonThread | undefined
  /** Costs the most: the others are rows. */
  readonly view: ThreadView
  /** The thread's last position; 0 without a log. */
  readonly lastSeq: number
  readonly run: RunRecord | undefined
  /** The run, if it is live: what a lease is checked against. */
  readonly held: RunRecord | undefined
  /** The thread's running or cancelling run, else the one that is next to start. */
  readonly current: RunRecord | undefined
  /** The remembered cancel of this run id. */
  readonly cancel: RememberedCancel | undefined
  /** How many cancels the room remembers, and how many of them were asked for within `CANCEL_MEMORY_MS`. */
  readonly cancels: { readonly total: number; readonly recent: number }
  /** Every thread of the room that is not deleted. */
  readonly threads: readonly { readonly thread: ThreadRow; readonly current: RunRecord | undefined }[]
  /** How many runs of other threads start before the thread's next one; undefined: it has none that could start. */
  readonly ahead: number | undefined
  /** Of the whole store: every running or cancelling run, with the position of its acceptance. */
  readonly live: readonly { readonly run: RunningRecord | CancellingRecord; readonly firstSeq: number }[]
  /** Of the whole store: the runs that could start now, one of each thread, in the order in which they start. */
  readonly waiting: readonly (Contender & Subject)[]
}

export type FactName = keyof Facts

/** The facts with these names, and the time of the transaction. */
export type Known<Names extends FactName> = Pick<Facts, Names> & { readonly now: number }
