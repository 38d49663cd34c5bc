/**
 * PORT Store: what every storage adapter offers, and nothing about how. Contract: `store.contract.ts`.
 *
 * Owns: the words between those who write intent and read the log (`RoomStore`, `ThreadStore`, `RunIntents`,
 * `LogReader`; used by http and feed) and those who carry runs out (`RunWork`; used by engine). The two sides meet only
 * here.
 *
 * Rules every adapter keeps:
 * - Each call is one transaction and is durable (fsynced) when its promise resolves (G1, I11).
 * - What a caller can expect to happen is an arm of the answer; only a fault of the store itself is thrown
 *   (`StoreFault`).
 * - What a principal may not see does not exist for it (`not_found`).
 * - Every record gets `seq` and `at` at its commit, under the thread's order (G2). Frames are made once, here.
 * - After the commit, and never before, `publish` is told.
 * - Whatever is asked sees every write that was answered before; of one that is still unanswered it may see nothing.
 */
import type { Message, RunAgentInput, TokenUsage } from '@ag-ui/core'
import type {
  AfterCrash,
  InboxOverview,
  Outcome,
  QueueInfo,
  Run,
  RunInThread,
  RunStatus,
  ThreadInfo,
  ThreadKey,
  ThreadView,
} from '@holdfast/core'
import type { StoreCounts } from './meter.ts'
import type { Principal } from './principal.ts'
import type { StartRequest, StopRequest } from './run-record.ts'
import type { TenantRun, TenantThread } from './tenant-thread.ts'

export interface Room {
  readonly roomId: string
  readonly title: string
  /** The agent a run gets when neither its start nor its thread names one. Absent: the default. */
  readonly agentId?: string
}

export type NotFound = { readonly type: 'not_found' }
/** It was there, and nothing of it ever comes back (I8). */
export type Deleted = { readonly type: 'deleted' }
export type Absent = NotFound | Deleted

/** A deletion that is not forced waits for whoever is at work. */
export type DeleteAnswer = { readonly type: 'gone' } | { readonly type: 'run_active'; readonly runId: string } | Absent

export interface RoomStore {
  /** In the order of their creation; `invalid_cursor` for a `before` that no page gave. */
  list(
    principal: Principal,
    page: PageRequest,
  ): Promise<({ readonly type: 'page' } & Page<Room>) | { readonly type: 'invalid_cursor' }>
  get(principal: Principal, roomId: string): Promise<{ readonly type: 'room'; readonly room: Room } | Absent>
  /**
   * Creating the same room again answers `same`; another body under the same id answers `conflict`. `defaultAgentId` is
   * what a room without an agent is compared as.
   */
  create(
    principal: Principal,
    room: Room,
    defaultAgentId?: string,
  ): Promise<{ readonly type: 'created' | 'same'; readonly room: Room } | { readonly type: 'conflict' } | Deleted>
  change(
    principal: Principal,
    roomId: string,
    change: RoomChange,
  ): Promise<{ readonly type: 'room'; readonly room: Room } | Absent>
  /** With all its threads. `force` cancels what is live first. Again: `gone` again. */
  delete(principal: Principal, roomId: string, force: boolean): Promise<DeleteAnswer>
}

export interface RoomChange {
  readonly title?: string
  readonly agentId?: string
}

export interface PageRequest {
  /** 1–200. */
  readonly limit: number
  /** What an earlier page gave as `next`. */
  readonly before?: string
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly next?: string
}

export interface ThreadStore {
  /** Newest activity first; `invalid_cursor` for a `before` that no page gave. */
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
  /** Moves nothing in a list: it is not activity. */
  change(
    principal: Principal,
    key: ThreadKey,
    change: ThreadChange,
  ): Promise<{ readonly type: 'thread'; readonly thread: ThreadInfo } | Absent>
  /** `force` cancels what is live first. Its readers get `thread.deleted`. Again: `gone` again. */
  delete(principal: Principal, key: ThreadKey, force: boolean): Promise<DeleteAnswer>
  /** One consistent read. Its cost does not grow with the log: a fold checkpoint is kept at each run's end. */
  snapshot(
    principal: Principal,
    key: ThreadKey,
  ): Promise<{ readonly type: 'snapshot'; readonly thread: ThreadInfo; readonly view: ThreadView } | Absent>
}

export interface ThreadPageRequest extends PageRequest {
  /** Words, each of which begins a word of the thread's title or of what was said in it. */
  readonly q?: string
}

export interface ThreadChange {
  readonly title?: string
  /** With `title`: only if this is what it is called now; otherwise it keeps its name. */
  readonly insteadOf?: string
  /** Milliseconds since the epoch; null ends it. */
  readonly mutedUntil?: number | null
  readonly archived?: boolean
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
  /** Position of the first record in `frames`; meaningless when there is none. */
  readonly firstSeq: number
  /** Position of the last record in `frames`; equal to the cursor when there is none. */
  readonly lastSeq: number
  /** The thread's last position at the moment of reading. */
  readonly head: number
  /** Stored SSE frames (`core/wire/frame.ts`), one after the other, as they go to every reader. */
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
    /** Trimmed: the oldest cursor that still works is `firstSeq - 1`. */
    | { readonly type: 'cursor_gone'; readonly firstSeq: number }
    | { readonly type: 'cursor_ahead'; readonly head: number }
  >
}

export interface InboxItem {
  /** Behind this entry. */
  readonly cursor: string
  readonly json: string
}

export interface InboxStore {
  /** What is going on, in one consistent read of durable rows: right at once after a restart. */
  overview(principal: Principal): Promise<InboxOverview>
  /** What the principal's rooms tell after a cursor, in the order of commits; its cost depends on what it gives. */
  read(
    principal: Principal,
    range: { readonly cursor: string; readonly maxBytes: number; readonly maxRecords: number },
  ): Promise<
    | { readonly type: 'entries'; readonly items: readonly InboxItem[]; readonly more: boolean }
    /** Nothing here gave it. */
    | { readonly type: 'invalid_cursor' }
    /** It knows of more than there is: data was put back, it is another store's, or an older version gave it. */
    | { readonly type: 'inbox_ahead' }
    /** What came behind it in the person's own log is not all there any more: it has been trimmed. */
    | { readonly type: 'inbox_gone' }
  >
}

/** A message has the id of another one of its thread and says something else. */
export type MessageIdReused = { readonly type: 'message_id_reused'; readonly messageId: string }

export type StartAnswer =
  | { readonly type: 'accepted' | 'same'; readonly run: Run }
  | { readonly type: 'run_id_reused' }
  | { readonly type: 'run_active'; readonly runId: string }
  /** Questions are open, and `resume` does not answer every one of them. */
  | { readonly type: 'needs_answer'; readonly interruptIds: readonly string[] }
  /** `resume` answers what nobody asks, or asks no more. */
  | { readonly type: 'interrupt_closed' }
  /** As many runs as may wait do so. */
  | { readonly type: 'queue_full' }
  /** `parentId` names a message the thread does not hold. */
  | { readonly type: 'unknown_parent' }
  | MessageIdReused
  /** Nothing to answer: no new message and no message to answer. */
  | { readonly type: 'nothing_to_answer' }
  | Absent

export type CancelAnswer =
  /**
   * Durable. `run` is absent when the cancel is remembered for a run that does not exist yet; it is the one that asked
   * when open questions were withdrawn.
   */
  | { readonly type: 'requested'; readonly run?: Run }
  | { readonly type: 'already_terminal'; readonly status: RunStatus | null }
  /** Too many cancels are remembered for runs of this room that do not exist. */
  | { readonly type: 'too_many' }
  | Absent

export interface TimelineRequest extends PageRequest {
  /** Milliseconds since the epoch: accepted then or later; likewise `until`, exclusive. */
  readonly since?: number
  readonly until?: number
}

export interface QueueChange {
  /** Runs that wait; those left out keep their order behind them. */
  readonly order?: readonly string[]
  readonly paused?: boolean
  /** The first of the queue starts next, paused or not, and whatever is live makes room for it. */
  readonly supersede?: boolean
}

/** `runId` does not wait (any more): it has started, has ended, or never was. */
export type NotQueued = { readonly type: 'not_queued'; readonly runId: string }

/** `accepted`: the agent of the run that has this id already. `candidates`: nearest first; they may not be set up any more. */
export interface WhoAnswers {
  readonly type: 'agents'
  readonly accepted?: string
  readonly candidates: readonly string[]
}

export interface RunIntents {
  /** For a start that names no agent. `answered`: the message that one without new messages is to answer. */
  whoAnswers(
    principal: Principal,
    key: ThreadKey,
    start: { readonly runId: string; readonly answered?: string },
  ): Promise<WhoAnswers | Absent>
  /**
   * The door closes behind it: messages, run and thread are durable in one transaction. Creates a new thread.
   * `afterCrash` is kept with the run and no part of what makes a retried start the same. Default `fail`.
   */
  start(principal: Principal, key: ThreadKey, request: StartRequest, afterCrash?: AfterCrash): Promise<StartAnswer>
  /** Also before the start: then remembered (≥ 60 s, ≤ 1,000 a room) without creating anything else. */
  cancelRun(principal: Principal, key: ThreadKey, runId: string, reason?: string): Promise<CancelAnswer>
  /** Whatever is live in the thread, or the questions that are open; what waits goes on waiting until it is resumed. */
  cancelThread(principal: Principal, key: ThreadKey, reason?: string): Promise<CancelAnswer>
  /** Other words for a run that waits. A retried start is still compared with what was asked first. */
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
  /** Of all threads that the principal may see, newest acceptance first; without positions. */
  timeline(
    principal: Principal,
    page: TimelineRequest,
  ): Promise<({ readonly type: 'page' } & Page<RunInThread>) | { readonly type: 'invalid_cursor' }>
  /** In the order of acceptance; `invalid_cursor` for a `before` that no page of the thread's runs gave. */
  list(
    principal: Principal,
    key: ThreadKey,
    page: PageRequest,
  ): Promise<({ readonly type: 'page' } & Page<Run>) | Absent | { readonly type: 'invalid_cursor' }>
}

/** Where in the thread's log a run's records lie: `firstSeq` is its acceptance; `lastSeq` its run.ended, if ended. */
export interface RunSpan {
  readonly firstSeq: number
  readonly lastSeq?: number
}

/** The right to write a run until a time by the store's clock; `epoch` proves it is still yours. */
export interface Lease extends TenantRun {
  readonly epoch: number
}

export interface Claim {
  readonly lease: Lease
  readonly run: Run
  readonly agentId: string
  readonly owner: Principal
  /** The agent's whole input; `messages` is the path to the run's own messages, fixed at its RUN_STARTED. */
  readonly input: RunAgentInput
  /**
   * Present when another worker had begun this run: go on from what its records in the thread's log say, which begin
   * at `firstSeq`.
   */
  readonly resumed?: { readonly firstSeq: number }
}

/** What the store knows of a lease; an engine obeys it. `lost`: someone else owns the run, or it has ended (I12). */
export type LeaseState =
  | { readonly type: 'running' }
  | { readonly type: 'cancelling'; readonly cancel: StopRequest }
  | { readonly type: 'lost' }

export interface RunEnd {
  /** The agent events that close what is open, the one RUN_FINISHED or RUN_ERROR last, as JSON. */
  readonly events: readonly string[]
  readonly outcome: Outcome
  readonly usage?: readonly TokenUsage[]
}

/** How many runs of one person, and of one agent, may go on at once. Absent: as many as there are. */
export interface ClaimCaps {
  readonly perPerson?: number
  readonly perAgent?: number
}

export interface RunWork {
  /**
   * Takes over runs that lost their worker and may be resumed, then of each thread the run whose turn it is, persons
   * taking turns and the oldest of each first: running, RUN_STARTED written unless it was before, lease held. `caps`
   * count every run that goes on; one over them goes on waiting.
   */
  claim(request: {
    readonly workerId: string
    readonly limit: number
    readonly leaseMs: number
    readonly caps?: ClaimCaps
  }): Promise<readonly Claim[]>
  /** Appends agent events (each the JSON of one AG-UI event) under the lease; `lost` wrote nothing. */
  append(lease: Lease, events: readonly string[]): Promise<LeaseState>
  /**
   * Events, run.ended, row and fold checkpoint in one transaction. `lost` wrote nothing. `cancelling` wrote nothing
   * either: a cancel was acknowledged meanwhile, so the run can only end `cancelled` now: end it again, so.
   */
  end(
    lease: Lease,
    end: RunEnd,
  ): Promise<{ readonly type: 'ended' } | Exclude<LeaseState, { readonly type: 'running' }>>
  renew(leases: readonly Lease[], leaseMs: number): Promise<readonly LeaseState[]>
  /**
   * Ends every live run whose lease is over: what is open is closed, then `failed{worker_lost}`, or as it was
   * told to stop. With `all`, every live run (an exclusive store at start-up). Answers how many.
   *
   * A failed one that was accepted with `restart` is asked again, once, by a new run in the same transaction; one
   * accepted with `resume` does not end but waits for the next claim, up to `MAX_EPOCHS` claims in all.
   */
  settleOrphans(which: 'expired' | 'all'): Promise<number>
}

/** Told after a commit; lossy by contract, the truth is re-read. */
export type Notice =
  | {
      readonly type: 'thread.more'
      readonly key: TenantThread
      readonly firstSeq: number
      readonly lastSeq: number
      /** The committed frames, where the writer is in this process. */
      readonly frames?: Uint8Array
    }
  | { readonly type: 'run.queued'; readonly key: TenantThread; readonly runId: string }
  | { readonly type: 'run.cancel'; readonly key: TenantThread; readonly runId: string }
  | { readonly type: 'run.ended'; readonly key: TenantThread; readonly runId: string }
  /** The inbox of a tenant's people has more; with `personId`, that of this person alone. */
  | { readonly type: 'inbox.more'; readonly tenantId: string; readonly personId?: string }
  /** The thread's readers have nothing more to come. */
  | { readonly type: 'thread.deleted'; readonly key: TenantThread }

export type Publish = (notice: Notice) => void

export interface Store {
  readonly rooms: RoomStore
  readonly threads: ThreadStore
  readonly log: LogReader
  readonly inbox: InboxStore
  readonly runs: RunIntents
  readonly work: RunWork
  counts(): Promise<StoreCounts>
  /** Finishes what was begun, then lets go of the data. Twice is harmless. */
  close(): Promise<void>
}
