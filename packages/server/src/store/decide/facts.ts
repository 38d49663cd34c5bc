/**
 * What deciders and adapters exchange: stored rows, the facts that a decision is made from, and the writes that result
 * from it. Deciders are pure functions from facts to writes, so every rule is written once, for all adapters. An
 * adapter only loads facts and applies writes (`./commit.ts` has the shared half of applying).
 *
 * Does not know: SQL, files, threads of execution, subscribers.
 *
 * Rules for adapters:
 * - All facts of one decision are read, and its writes applied, in one transaction.
 * - `now` is the store's clock and never runs backwards (`clock.ts`).
 * - `view` is the fold of the thread's whole log as it stands before the decision (a fold kept in memory, or a
 *   checkpoint and the log after it). A thread that does not exist has the view of an empty log.
 */
import type {
  NotificationSettings,
  ReadMark,
  Resolution,
  RoomActivity,
  ThreadKey,
  ThreadStatus,
  ThreadView,
} from '@holdfast/core'
import type { Listener, NoticeRow, RaisedNotice } from '../notice-row.ts'
import type { PushSubscriptionRow, VapidKeys } from '../notice-store.ts'
import type { Principal } from '../principal.ts'
import type { CancellingRecord, CancelRequest, RunningRecord, RunRecord } from '../run-record.ts'
import type { Chain } from '../run-work.ts'
import type { TenantRoom, TenantRun, TenantThread } from '../tenant-thread.ts'
import type { DeliveryRow, WebhookRow } from '../webhook-row.ts'
import type { Contender } from './places.ts'

/** Room ids are unique within a tenant. A decision is made for one tenant, so in it a ThreadKey names a conversation. */
export interface RoomRow {
  readonly roomId: string
  /** The room is visible to everyone in this tenant and to nobody else. */
  readonly tenantId: string
  /** The person who created it. */
  readonly ownerId: string
  readonly title: string
  /** Absent: the room follows the default agent. */
  readonly agentId?: string
  /** Title and agent from its creation, if they have changed since. */
  readonly made?: { readonly title: string; readonly agentId?: string }
  /** Milliseconds since the epoch, by the store's clock. The same holds for the times below. */
  readonly createdAt: number
  /** Set: the row is a tombstone. */
  readonly deletedAt?: number
}

/** A thread belongs to its room: anyone who may see the room may see the thread. */
export interface ThreadRow extends ThreadKey {
  readonly ownerId: string
  readonly title: string
  /**
   * The title from its creation, once a person has named the thread. After that no generated title replaces its title.
   */
  readonly madeTitle?: string
  /** The agent of the last start that named one. */
  readonly agentId?: string
  readonly archived: boolean
  readonly createdAt: number
  /** The last acceptance, start, cancel or end of a run. Lists are ordered by it. Deltas do not change it. */
  readonly updatedAt: number
  /** `threadStatus` of the view at the last put. Only an adapter's commit sets it and the seven fields below. */
  readonly status: ThreadStatus
  /** The number of queued runs. */
  readonly waiting: number
  /** The result of `isHeld`. */
  readonly paused: boolean
  /** The run that starts next, if any. */
  readonly nextRunId: string | null
  /** When its open questions expire, in milliseconds since the epoch. null: never, or none is open. */
  readonly expiresAt: number | null
  /** When the first of its sub-agents ended whose steps are still kept. null: none. */
  readonly stepsSince: number | null
  /** The position of `run.ended` of the newest run whose end makes a thread unread (`raisesUnread`). 0: there is none. */
  readonly completedSeq: number
  /** One line of its newest answer; until there is one, of what a person said last. */
  readonly preview?: string
  /** Set: the row is a tombstone. When the thread was deleted, and the position of `thread.deleted` in its log. */
  readonly deleted?: { readonly at: number; readonly seq: number }
}

/** What a thread is to one person. Nobody else sees it or is notified of its changes. */
export interface PersonThread {
  readonly mutedUntil?: number
  /** The read mark: the last position that the person has read. Absent: 0. It never decreases. */
  readonly readSeq?: number
  /** The person marked it as unread: where the log ended at that moment. */
  readonly markedUnread?: number
}

/** What a room is to one person. */
export interface PersonRoom {
  readonly mutedUntil?: number
}

/** A cancel for a run that does not exist yet. Keyed by (roomId, threadId, runId). */
export interface RememberedCancel extends ThreadKey {
  readonly runId: string
  readonly cancel: CancelRequest
  /** When it was last requested. */
  readonly at: number
}

/** One log record without a seq. `json` is the event's JSON; exactly these bytes are stored. */
export interface LogRecord {
  readonly kind: 'agui' | 'control'
  readonly runId?: string
  readonly json: string
}

/** What the newest runs leave in the thread's row. It changes when a run is accepted, and when one ends. */
export type Answered = Pick<ThreadRow, 'completedSeq' | 'preview'>

/** A thread row to put. The omitted fields follow from the view after these writes. */
export type ThreadPut = Omit<
  ThreadRow,
  'status' | 'waiting' | 'paused' | 'nextRunId' | 'expiresAt' | 'stepsSince' | keyof Answered
>

export type RunNotice =
  | { readonly type: 'run.queued'; readonly runId: string }
  | { readonly type: 'run.cancel'; readonly runId: string }
  | { readonly type: 'run.subagent-cancel'; readonly runId: string; readonly subagentRunId: string }
  | { readonly type: 'run.ended'; readonly runId: string }

export type ThreadNotice = RunNotice | { readonly type: 'thread.deleted' }

/** An entry about a thread that is in one person's log only. */
export type OwnEntry =
  | { readonly type: 'ThreadChanged'; readonly mutedUntil: string | null }
  | ({ readonly type: 'ReadMarkMoved' } & ReadMark)

/** Everything that one decision changes in one thread: applied completely or not at all. */
export interface Writes {
  readonly key: ThreadKey
  /** Put after the log was appended. Present if these writes may change which run starts next. */
  readonly thread?: ThreadPut
  /** Appended in this order. */
  readonly log: readonly LogRecord[]
  /** The run record to put. An ended record also asks for a fold checkpoint at the new head. */
  readonly run?: RunRecord
  /** How the questions of this ended run were resolved. */
  readonly resolved?: { readonly runId: string; readonly how: Resolution }
  /** A cancel to remember. */
  readonly remember?: RememberedCancel
  /** The remembered cancel of this run was used and is dropped. */
  readonly forget?: string
  /** Drops the remembered cancels of this room that were requested before this time. */
  readonly pruneCancelsBefore?: number
  /** Text to index for the search. The adapter indexes a run's answer itself when the run ends. */
  readonly said?: string
  /** The thread is new or has another title, which is in the row to put. */
  readonly titled?: true
  /** Drops everything else of the thread, after all other writes: the row to put is its tombstone. */
  readonly drop?: true
  /** What the thread is to one person from now on. `entry` is announced, only in that person's log. */
  readonly own?: { readonly personId: string; readonly put: PersonThread; readonly entry?: OwnEntry }
  /** Only in an import: the `completedSeq` of the exported thread, which the log alone does not tell. */
  readonly completedSeq?: number
  /** The notices that the end of the run raises. The run's `run.ended` is the last record of `log`. */
  readonly raised?: readonly RaisedNotice[]
  /** Published after the commit, after the `thread.more` of `log`. */
  readonly notices: readonly ThreadNotice[]
}

/** A room row to put: created, changed, or a tombstone. The inbox gets an entry. */
export interface RoomPut {
  readonly room: RoomRow
}

/** Something that is one person's own, in more than one thread. The person's log gets one entry. */
export interface PersonPut {
  readonly person: Principal
  readonly put:
    | { readonly type: 'room'; readonly roomId: string; readonly own: PersonRoom }
    /** Nothing in the room is unread any more; without one, nothing in any room. */
    | { readonly type: 'read'; readonly roomId?: string }
    | { readonly type: 'settings'; readonly settings: NotificationSettings }
}

/** What one decision changes of one person's notices and subscriptions. */
export interface NoticesPut {
  readonly noticesOf: Principal
  /** In these states from now on. */
  readonly notices?: readonly NoticeRow[]
  /** A device has claimed a notice, which is counted. */
  readonly told?: 'claimed'
  /** Ids of notices. */
  readonly removed?: readonly string[] | 'all'
  readonly subscribe?: PushSubscriptionRow
  /** Endpoints. */
  readonly unsubscribe?: readonly string[]
}

/** The server's own keys, put once. */
export interface KeysPut {
  readonly vapid: VapidKeys
}

/** What one decision changes of the webhooks of a room, and of what is to be delivered to them. */
export interface WebhooksPut {
  readonly webhooks: {
    readonly put?: WebhookRow
    readonly remove?: TenantRoom & { readonly webhookId: string }
    /** From now on in this state. */
    readonly delivery?: DeliveryRow
    /** With `delivery`: what else is due now for its webhook is due only then. */
    readonly othersWait?: { readonly now: number; readonly until: number }
    /** The id of a delivery that is over. */
    readonly delivered?: string
  }
}

export type Change = Writes | RoomPut | PersonPut | NoticesPut | KeysPut | WebhooksPut

/** What the facts are about. Fields that no needed fact uses are empty. */
export interface Subject extends TenantRun {
  readonly personId?: string
  readonly noticeId?: string
  readonly deliveryId?: string
}

/** A notice that nobody has claimed, or that is being sent. */
export interface WaitingNotice {
  readonly row: NoticeRow
  readonly mutedUntil: Listener['mutedUntil']
}

/**
 * Every fact that a decision may need, by name. A decision gets only the facts that it declares (`./step.ts`), and an
 * adapter has one loader for each.
 */
export interface Facts {
  /** The subject's room. The facts below are about the subject, too. */
  readonly room: RoomRow | undefined
  readonly thread: ThreadRow | undefined
  /** The thread's settings for the subject's person; undefined if there are none. */
  readonly own: PersonThread | undefined
  /** What the room is to the subject's person; undefined if nothing is set. */
  readonly ownRoom: PersonRoom | undefined
  /** What goes on in the room, for the subject's person. If the subject names no room: in every room of the tenant. */
  readonly activity: readonly RoomActivity[]
  /** Of the subject's person; undefined if they were never changed. */
  readonly settings: NotificationSettings | undefined
  /** Everybody whom the tenant knows and who may see the thread. */
  readonly audience: readonly Listener[]
  /** The notice of the subject's person, with its thread. */
  readonly notice: { readonly row: NoticeRow; readonly thread: ThreadRow } | undefined
  /** The person's notices that are open or being sent, oldest first. */
  readonly waitingNotices: readonly WaitingNotice[]
  /** The person's, the most recently registered one first. */
  readonly subscriptions: readonly PushSubscriptionRow[]
  readonly vapid: VapidKeys | undefined
  /** Of the room, in the order of their creation. */
  readonly webhooks: readonly WebhookRow[]
  /** The delivery with the subject's id, of whatever room. */
  readonly delivery: DeliveryRow | undefined
  /** The most expensive fact: the others are rows. */
  readonly view: ThreadView
  /** The thread's last position; 0 without a log. */
  readonly lastSeq: number
  readonly run: RunRecord | undefined
  /** The runs whose questions the run answers, if it answers any. */
  readonly chain: Chain | undefined
  /** The run, if it is live: a lease is checked against it. */
  readonly held: RunRecord | undefined
  /** The thread's running or cancelling run, otherwise the one that starts next. */
  readonly current: RunRecord | undefined
  /** The remembered cancel of this run id. */
  readonly cancel: RememberedCancel | undefined
  /** How many cancels the room remembers, and how many of them were requested within `CANCEL_MEMORY_MS`. */
  readonly cancels: { readonly total: number; readonly recent: number }
  /** Every thread of the room that is not deleted. */
  readonly threads: readonly { readonly thread: ThreadRow; readonly current: RunRecord | undefined }[]
  /** How many runs of other threads start before the thread's next one; undefined if it has none that could start. */
  readonly ahead: number | undefined
  /** In the whole store: every running or cancelling run, with the position of its acceptance. */
  readonly live: readonly { readonly run: RunningRecord | CancellingRecord; readonly firstSeq: number }[]
  /** In the whole store: threads whose questions may have expired, and threads with steps to prune; earliest first. */
  readonly due: readonly Due[]
  /** In the whole store: the runs that could start now, one for each thread, in the order in which they start. */
  readonly waiting: readonly (Contender & Subject)[]
}

/** Something of a thread that the passing of time changes. The thread's row says the same. */
export interface Due extends TenantThread {
  readonly kind: 'questions' | 'steps'
  /** `questions`: when they expire. `steps`: since when they could be pruned. */
  readonly at: number
}

export type FactName = keyof Facts

/** The facts with these names, and the time of the transaction. */
export type Known<Names extends FactName> = Pick<Facts, Names> & { readonly now: number }
