/**
 * PORT Store: what every storage adapter offers, and nothing about how. Contract: `store.contract.ts`.
 *
 * Owns: the interfaces of the callers that start runs and read the log (`RoomStore`, `ThreadStore`, `MarkStore`,
 * `SettingsStore`, `RunIntents`, `SubagentStore`, `LogReader`, `InboxStore`; used by http and feed) and of the engine that executes runs (`RunWork` in `run-work.ts`).
 * The two sides meet only here.
 *
 * Rules for every adapter:
 * - Each call is one transaction and is durable (fsynced) when its promise resolves (G1, I11).
 * - Expected results are arms of the answer. Only faults of the store itself are thrown (`StoreFault`).
 * - What a principal may not see does not exist for that principal (`not_found`).
 * - Every record gets `seq` and `at` at its commit, in the thread's order (G2). Frames are made once, here.
 * - `publish` is called after the commit, never before.
 * - A read sees every write that was answered before. A write that is not yet answered may be invisible.
 */
import type { Interrupt, Message } from '@ag-ui/core'
import type {
  AfterCrash,
  InboxOverview,
  NoticeKind,
  NotificationSettings,
  QueueInfo,
  RoomActivity,
  Run,
  RunInThread,
  RunStatus,
  Subagent,
  SubagentStatus,
  ThreadInfo,
  ThreadKey,
  ThreadView,
} from '@holdfast/core'
import type { Absent, Deleted, NotFound } from './absent.ts'
import type { StoreCounts } from './meter.ts'
import type { NoticeStore, PushStore } from './notice-store.ts'
import type { Page, PageRequest } from './page.ts'
import type { Principal } from './principal.ts'
import type { StartRequest } from './run-record.ts'
import type { RunWork } from './run-work.ts'
import type { TenantRoom, TenantThread } from './tenant-thread.ts'
import type { WebhookStore } from './webhook-store.ts'

export type { Absent, Deleted, NotFound } from './absent.ts'
export type {
  ClaimNoticeAnswer,
  NextPush,
  NoticePageRequest,
  NoticeStore,
  PushBatch,
  PushStore,
  PushSubscriptionRow,
  VapidKeys,
} from './notice-store.ts'
export type { Page, PageRequest } from './page.ts'
export type { Answered, Chain, Claim, ClaimCaps, Lease, LeaseState, RunEnd, RunWork } from './run-work.ts'
export type {
  CreateWebhookAnswer,
  Delivery,
  DeliveryPageRequest,
  DueDeliveries,
  NewWebhook,
  WebhookStore,
} from './webhook-store.ts'

export interface Room {
  readonly roomId: string
  readonly title: string
  /** The agent of a run if neither its start nor its thread names one. Absent: the default agent. */
  readonly agentId?: string
}

/** A room as one person sees it. */
export interface SeenRoom extends Room {
  /** Until when the person has muted the room. Milliseconds since the epoch. */
  readonly mutedUntil?: number
}

/** `run_active`: a deletion without `force` is refused while a run is live or about to start. */
export type DeleteAnswer = { readonly type: 'gone' } | { readonly type: 'run_active'; readonly runId: string } | Absent

export interface RoomStore {
  /** In the order of their creation. `invalid_cursor` for a `before` that no page returned. */
  list(
    principal: Principal,
    page: PageRequest,
  ): Promise<({ readonly type: 'page' } & Page<SeenRoom>) | { readonly type: 'invalid_cursor' }>
  get(principal: Principal, roomId: string): Promise<{ readonly type: 'room'; readonly room: SeenRoom } | Absent>
  /**
   * Creating the same room again answers `same`; a different body under the same id answers `conflict`. In that
   * comparison `defaultAgentId` stands for the agent of a room that names none.
   */
  create(
    principal: Principal,
    room: Room,
    defaultAgentId?: string,
  ): Promise<{ readonly type: 'created' | 'same'; readonly room: SeenRoom } | { readonly type: 'conflict' } | Deleted>
  change(
    principal: Principal,
    roomId: string,
    change: RoomChange,
  ): Promise<{ readonly type: 'room'; readonly room: SeenRoom } | Absent>
  /** Deletes the room with all its threads. `force` cancels live runs first. A repeated call answers `gone` again. */
  delete(principal: Principal, roomId: string, force: boolean): Promise<DeleteAnswer>
}

export interface RoomChange {
  readonly title?: string
  readonly agentId?: string
  /** For the person who asks. Milliseconds since the epoch; null unmutes. */
  readonly mutedUntil?: number | null
}

export interface ThreadStore {
  /** Newest activity first. `invalid_cursor` for a `before` that no page returned. */
  list(
    principal: Principal,
    roomId: string,
    page: ThreadPageRequest,
  ): Promise<({ readonly type: 'page' } & Page<ThreadInfo>) | Absent | { readonly type: 'invalid_cursor' }>
  create(
    principal: Principal,
    key: ThreadKey,
    title: string,
  ): Promise<
    { readonly type: 'created' | 'same'; readonly thread: ThreadInfo } | { readonly type: 'conflict' } | Absent
  >
  /** Not activity: the thread keeps its place in the list. */
  change(
    principal: Principal,
    key: ThreadKey,
    change: ThreadChange,
  ): Promise<{ readonly type: 'thread'; readonly thread: ThreadInfo } | Absent>
  /** `force` cancels a live run first. Readers get `thread.deleted`. A repeated call answers `gone` again. */
  delete(principal: Principal, key: ThreadKey, force: boolean): Promise<DeleteAnswer>
  /** One consistent read. Its cost does not grow with the log: a fold checkpoint is kept at each run's end. */
  snapshot(
    principal: Principal,
    key: ThreadKey,
  ): Promise<{ readonly type: 'snapshot'; readonly thread: ThreadInfo; readonly view: ThreadView } | Absent>
}

export interface ThreadPageRequest extends PageRequest {
  /** Search terms. Each must begin a word of the thread's title or of its messages. */
  readonly q?: string
}

export interface ThreadChange {
  readonly title?: string
  /** With `title`: rename only if this is the current title, otherwise keep the name. */
  readonly insteadOf?: string
  /** Milliseconds since the epoch; null unmutes. */
  readonly mutedUntil?: number | null
  readonly archived?: boolean
}

/** How far a person has read. Every mark belongs to the person who asks. */
export interface MarkStore {
  /** Moves the read mark to `seq`, or to the end of the log if that comes first. A mark never moves back. */
  read(
    principal: Principal,
    key: ThreadKey,
    seq: number,
  ): Promise<{ readonly type: 'thread'; readonly thread: ThreadInfo } | Absent>
  /** The thread is unread until a later `read` up to the present end of its log. */
  unread(
    principal: Principal,
    key: ThreadKey,
  ): Promise<{ readonly type: 'thread'; readonly thread: ThreadInfo } | Absent>
  /** Nothing in the room is unread. */
  readRoom(
    principal: Principal,
    roomId: string,
  ): Promise<{ readonly type: 'activity'; readonly activity: RoomActivity } | Absent>
  /** Nothing in any room is unread. */
  readAll(principal: Principal): Promise<{ readonly type: 'read' }>
}

/** The notification settings of the person who asks. */
export interface SettingsStore {
  get(principal: Principal): Promise<NotificationSettings>
  put(principal: Principal, settings: NotificationSettings): Promise<NotificationSettings>
}

export interface LogRange {
  /** Exclusive cursor: 0 reads from the beginning. */
  readonly after: number
  /** The answer holds at least one record if there is one, then as many whole ones as fit. */
  readonly maxBytes: number
  readonly maxRecords: number
}

export interface LogChunk {
  readonly type: 'chunk'
  /** Position of the first record in `frames`; meaningless without records. */
  readonly firstSeq: number
  /** Position of the last record in `frames`; equal to the cursor without records. */
  readonly lastSeq: number
  /** The thread's last position at the time of the read. */
  readonly head: number
  /** Stored SSE frames (`core/wire/frame.ts`), concatenated, as every reader gets them. */
  readonly frames: Uint8Array
}

export interface LogReader {
  read(
    principal: Principal,
    key: ThreadKey,
    range: LogRange,
  ): Promise<
    | LogChunk
    | NotFound
    /** `seq` and `at` are those of its last record, `thread.deleted`. */
    | (Deleted & { readonly seq: number; readonly at: string })
    /** The thread never existed, and its room was deleted: it never will. */
    | Deleted
    /** Trimmed: the oldest cursor that still works is `firstSeq - 1`. */
    | { readonly type: 'cursor_gone'; readonly firstSeq: number }
    | { readonly type: 'cursor_ahead'; readonly head: number }
  >
}

export interface InboxItem {
  /** The position after this entry. */
  readonly cursor: string
  readonly json: string
}

export interface InboxStore {
  /** What is live or needs attention, in one consistent read of durable rows: correct immediately after a restart. */
  overview(principal: Principal): Promise<InboxOverview>
  /**
   * The entries of the principal's rooms after a cursor, in commit order. Those about the end of a run say whether its
   * thread is unread for the principal now. The cost depends on the number of entries returned.
   */
  read(
    principal: Principal,
    range: { readonly cursor: string; readonly maxBytes: number; readonly maxRecords: number },
  ): Promise<
    | { readonly type: 'entries'; readonly items: readonly InboxItem[]; readonly more: boolean }
    /** This store gave out no such cursor. */
    | { readonly type: 'invalid_cursor' }
    /**
     * The cursor is from the future: data was restored from a copy, or the cursor is another store's or an older
     * version's.
     */
    | { readonly type: 'inbox_ahead' }
    /** Entries after it in the person's own log have been trimmed. */
    | { readonly type: 'inbox_gone' }
  >
}

/** Another message of the thread has this id and different content. */
export type MessageIdReused = { readonly type: 'message_id_reused'; readonly messageId: string }

export type StartAnswer =
  | { readonly type: 'accepted' | 'same'; readonly run: Run }
  | { readonly type: 'run_id_reused' }
  | { readonly type: 'run_active'; readonly runId: string }
  /** Questions are open, and `resume` does not answer all of them. */
  | { readonly type: 'needs_answer'; readonly interruptIds: readonly string[] }
  /**
   * `resume` answers a question that this thread never asked, that was answered or withdrawn, or that has expired by
   * the store's clock.
   */
  | { readonly type: 'interrupt_closed' | 'interrupt_answered' | 'interrupt_expired' }
  /** The queue has reached its limit. */
  | { readonly type: 'queue_full' }
  /** `parentId` names a message that the thread does not hold. */
  | { readonly type: 'unknown_parent' }
  | MessageIdReused
  /** No new message, and no message in the thread to answer. */
  | { readonly type: 'nothing_to_answer' }
  | Absent

export type CancelAnswer =
  /**
   * Durable. `run` is absent if the cancel is remembered for a run that does not exist yet. If open questions were
   * withdrawn, it is the run that asked them.
   */
  | { readonly type: 'requested'; readonly run?: Run }
  | { readonly type: 'already_terminal'; readonly status: RunStatus | null }
  /** The room remembers too many cancels for runs that do not exist. */
  | { readonly type: 'too_many' }
  | Absent

export interface TimelineRequest extends PageRequest {
  /**
   * Milliseconds since the epoch. `since` and `until` bound the time of acceptance: from `since` on, before `until`.
   */
  readonly since?: number
  readonly until?: number
}

export interface QueueChange {
  /** Queued runs. Those left out follow in their present order. */
  readonly order?: readonly string[]
  readonly paused?: boolean
  /** The first queued run starts next, even if the queue is paused, and supersedes the live run. */
  readonly supersede?: boolean
}

/** `runId` is not in the queue: it has started, has ended, or never existed. */
export type NotQueued = { readonly type: 'not_queued'; readonly runId: string }

/**
 * `accepted`: the agent of the run that already has this id. `candidates`: best first; they may no longer be set up.
 */
export interface WhoAnswers {
  readonly type: 'agents'
  readonly accepted?: string
  readonly candidates: readonly string[]
}

/** An open question, and the agent whose run asked it. */
export interface Question {
  readonly interrupt: Interrupt
  readonly agentId: string
}

export type Questions = { readonly type: 'questions'; readonly questions: readonly Question[] }

export interface RunIntents {
  /** For a start that names no agent. `answered`: the message that a start without new messages is to answer. */
  whoAnswers(
    principal: Principal,
    key: ThreadKey,
    start: { readonly runId: string; readonly answered?: string },
  ): Promise<WhoAnswers | Absent>
  /** Those of these questions that are open, to check the answers before the start that brings them. */
  questions(principal: Principal, key: ThreadKey, interruptIds: readonly string[]): Promise<Questions | Absent>
  /**
   * Accepts a run: messages, run and thread are durable in one transaction. Creates the thread if it is new.
   * `afterCrash` is kept with the run and is ignored when a retried start is compared. Default `fail`.
   */
  start(principal: Principal, key: ThreadKey, request: StartRequest, afterCrash?: AfterCrash): Promise<StartAnswer>
  /** Also before the start: the cancel is then remembered (≥ 60 s, ≤ 1,000 per room) and nothing else is created. */
  cancelRun(principal: Principal, key: ThreadKey, runId: string, reason?: string): Promise<CancelAnswer>
  /**
   * Cancels the live run of the thread, or withdraws its open questions. Queued runs stay queued until a person resumes
   * the queue.
   */
  cancelThread(principal: Principal, key: ThreadKey, reason?: string): Promise<CancelAnswer>
  /** Replaces the messages of a queued run. A retried start is still compared with the original request. */
  edit(
    principal: Principal,
    key: ThreadKey,
    runId: string,
    messages: readonly Message[],
  ): Promise<{ readonly type: 'run'; readonly run: Run } | NotQueued | MessageIdReused | Absent>
  queue(principal: Principal, key: ThreadKey): Promise<{ readonly type: 'queue'; readonly queue: QueueInfo } | Absent>
  changeQueue(
    principal: Principal,
    key: ThreadKey,
    change: QueueChange,
  ): Promise<{ readonly type: 'queue'; readonly queue: QueueInfo } | NotQueued | Absent>
  get(
    principal: Principal,
    key: ThreadKey,
    runId: string,
  ): Promise<{ readonly type: 'run'; readonly run: Run; readonly span: RunSpan } | Absent>
  /** All runs that the principal may see, newest acceptance first; without queue positions. */
  timeline(
    principal: Principal,
    page: TimelineRequest,
  ): Promise<({ readonly type: 'page' } & Page<RunInThread>) | { readonly type: 'invalid_cursor' }>
  /** In the order of acceptance. `invalid_cursor` for a `before` that no page of the thread's runs returned. */
  list(
    principal: Principal,
    key: ThreadKey,
    page: PageRequest,
  ): Promise<({ readonly type: 'page' } & Page<Run>) | Absent | { readonly type: 'invalid_cursor' }>
}

export type Subagents = { readonly type: 'subagents'; readonly subagents: readonly Subagent[] }

export type SubagentCancelAnswer =
  /** Durable. The sub-agent ends when its agent obeys, or with its run. */
  | { readonly type: 'requested'; readonly subagent: Subagent }
  | { readonly type: 'already_terminal'; readonly status: Exclude<SubagentStatus, 'running'> }
  | Absent

export interface SubagentStore {
  /** In the order of their start; those of one tool call, if it is given. */
  list(principal: Principal, key: ThreadKey, toolCallId?: string): Promise<Subagents | Absent>
  /**
   * Asks one sub-agent to stop; its run goes on. Of several runs that used the id, the newest is meant. `not_found` for
   * an id that no run of the thread used.
   */
  cancel(principal: Principal, key: ThreadKey, subagentRunId: string): Promise<SubagentCancelAnswer>
}

/**
 * The positions of a run's records in the thread's log: `firstSeq` is its acceptance, `lastSeq` its run.ended, if it
 * has ended.
 */
export interface RunSpan {
  readonly firstSeq: number
  readonly lastSeq?: number
}

/** Published after a commit. Notices may be lost; receivers re-read the truth from the store. */
export type Notice =
  | {
      readonly type: 'thread.more'
      readonly key: TenantThread
      readonly firstSeq: number
      readonly lastSeq: number
      /** The committed frames, if the writer is in this process. */
      readonly frames?: Uint8Array
    }
  | { readonly type: 'run.queued'; readonly key: TenantThread; readonly runId: string }
  | { readonly type: 'run.cancel'; readonly key: TenantThread; readonly runId: string }
  /** A sub-agent of the run is to stop. The state of the run's lease says so, too. */
  | {
      readonly type: 'run.subagent-cancel'
      readonly key: TenantThread
      readonly runId: string
      readonly subagentRunId: string
    }
  | { readonly type: 'run.ended'; readonly key: TenantThread; readonly runId: string }
  /** The inbox of a tenant has more entries; with `personId`, only the log of this person. */
  | { readonly type: 'inbox.more'; readonly tenantId: string; readonly personId?: string }
  /** A notice was raised for a person, or a device has claimed one. */
  | ({ readonly type: 'notice.raised' | 'notice.claimed'; readonly kind: NoticeKind } & Principal)
  /** A webhook of the room has something to deliver. */
  | ({ readonly type: 'webhook.due' } & TenantRoom)
  /** The thread was deleted: its readers get nothing more. */
  | { readonly type: 'thread.deleted'; readonly key: TenantThread }
  /** Follows the `thread.deleted` of each of its threads. Readers that wait for a thread of it get nothing. */
  | ({ readonly type: 'room.deleted' } & TenantRoom)

export type Publish = (notice: Notice) => void

export interface SweepRequest {
  /** Milliseconds since the epoch. Runs that ended then or later keep their records. */
  readonly endedBefore: number
  /** The `next` of an earlier piece. */
  readonly after?: number
}

export interface Swept {
  /** How many records no log has any more. */
  readonly trimmed: number
  /** Where the sweep continues. Absent: it has seen every thread. */
  readonly next?: number
}

/**
 * Retention: the log of a thread at rest is trimmed up to the end of its newest run that is old enough, behind a stored
 * view. Snapshots, lists, searches and later starts answer as before; a read from before the log's beginning is `cursor_gone`.
 */
export interface RetentionStore {
  /** One bounded piece of a sweep over all threads, of every tenant. It delays no commit by more than a read does. */
  sweep(request: SweepRequest): Promise<Swept>
}

export interface Store {
  readonly rooms: RoomStore
  readonly threads: ThreadStore
  readonly marks: MarkStore
  readonly settings: SettingsStore
  readonly log: LogReader
  readonly inbox: InboxStore
  readonly runs: RunIntents
  readonly subagents: SubagentStore
  readonly notices: NoticeStore
  readonly push: PushStore
  readonly webhooks: WebhookStore
  readonly work: RunWork
  readonly retention: RetentionStore
  counts(): Promise<StoreCounts>
  /** Finishes pending calls, then closes the data. A second call is harmless. */
  close(): Promise<void>
}
