/**
 * The messages between the main thread and the store's worker. Everything is plain data. Appends and notices are
 * numerous, so they are sent as columns: a column of strings is copied several times faster than as many objects.
 */
import type { StoreFaultCode } from '../fault.ts'
import type { StoreCounts } from '../meter.ts'
import type {
  InboxStore,
  LogReader,
  MarkStore,
  Notice,
  NoticeStore,
  PushStore,
  RetentionStore,
  RoomStore,
  RunIntents,
  RunWork,
  SettingsStore,
  SubagentStore,
  ThreadStore,
  WebhookStore,
} from '../port.ts'
import type { Principal } from '../principal.ts'
import type { StoreOpenErrorCode } from './open-error.ts'
import type { LogLimits } from './thread-log.ts'

/** What the worker gets when it starts. */
export interface WorkerOptions {
  readonly directory: string
  readonly limits?: Partial<LogLimits>
  /** The time, as one number in shared memory, set by a test. Default: the system's. */
  readonly clock?: Float64Array<SharedArrayBuffer>
  /** How long another process may take to release the database, in milliseconds. Default 5,000. */
  readonly letGoMs?: number
  /** How many conversations stay folded in memory. */
  readonly hotThreads?: number
  /** For measurements only: blocks this long at each commit, like a slow disk. */
  readonly addedSyncMs?: number
  /** For tests only: the database may not grow past this many pages. May be set again while it runs. */
  readonly maxPages?: Int32Array<SharedArrayBuffer>
}

/** Every call of the port but `append`, by name. */
export interface Operations {
  'rooms.list': RoomStore['list']
  'rooms.get': RoomStore['get']
  'rooms.create': RoomStore['create']
  'rooms.change': RoomStore['change']
  'rooms.delete': RoomStore['delete']
  'threads.list': ThreadStore['list']
  'threads.create': ThreadStore['create']
  'threads.change': ThreadStore['change']
  'threads.delete': ThreadStore['delete']
  'threads.snapshot': ThreadStore['snapshot']
  'marks.read': MarkStore['read']
  'marks.unread': MarkStore['unread']
  'marks.readRoom': MarkStore['readRoom']
  'marks.readAll': MarkStore['readAll']
  'settings.get': SettingsStore['get']
  'settings.put': SettingsStore['put']
  'log.read': LogReader['read']
  'inbox.overview': InboxStore['overview']
  'inbox.read': InboxStore['read']
  'runs.whoAnswers': RunIntents['whoAnswers']
  'runs.questions': RunIntents['questions']
  'runs.start': RunIntents['start']
  'runs.cancelRun': RunIntents['cancelRun']
  'runs.cancelThread': RunIntents['cancelThread']
  'runs.edit': RunIntents['edit']
  'runs.queue': RunIntents['queue']
  'runs.changeQueue': RunIntents['changeQueue']
  'runs.get': RunIntents['get']
  'runs.timeline': RunIntents['timeline']
  'runs.list': RunIntents['list']
  'subagents.list': SubagentStore['list']
  'retention.sweep': RetentionStore['sweep']
  'subagents.cancel': SubagentStore['cancel']
  'notices.list': NoticeStore['list']
  'notices.claim': NoticeStore['claim']
  'notices.remove': NoticeStore['remove']
  'push.keys': PushStore['keys']
  'push.subscribe': PushStore['subscribe']
  'push.unsubscribe': PushStore['unsubscribe']
  'push.waiting': PushStore['waiting']
  'push.next': PushStore['next']
  'push.settle': PushStore['settle']
  'webhooks.list': WebhookStore['list']
  'webhooks.create': WebhookStore['create']
  'webhooks.remove': WebhookStore['remove']
  'webhooks.deliveries': WebhookStore['deliveries']
  'webhooks.retry': WebhookStore['retry']
  'webhooks.due': WebhookStore['due']
  'webhooks.settle': WebhookStore['settle']
  'work.claim': RunWork['claim']
  'work.end': RunWork['end']
  'work.renew': RunWork['renew']
  'work.settleOrphans': RunWork['settleOrphans']
  'work.settleDue': RunWork['settleDue']
  counts: () => Promise<StoreCounts>
}

export type Operation = keyof Operations
export type Answer<Op extends Operation> = Awaited<ReturnType<Operations[Op]>>
export type CallOf<Op extends Operation> = {
  readonly id: number
  readonly op: Op
  readonly args: Parameters<Operations[Op]>
}
export type Call = { [Op in Operation]: CallOf<Op> }[Operation]

/** Appends, one after the other. */
export interface AppendColumns {
  readonly ids: number[]
  /** For each append, how many of the batch's calls come before it. */
  readonly behind: number[]
  readonly tenants: string[]
  readonly rooms: string[]
  readonly threads: string[]
  readonly runs: string[]
  readonly epochs: number[]
  /** How many events each append holds. */
  readonly counts: number[]
  /** The length of each event in `text`, in UTF-16 units. */
  readonly lengths: number[]
  /** The events' JSON, concatenated. */
  text: string
}

export interface Batch {
  readonly calls: readonly Call[]
  readonly appends: AppendColumns
  /** Nothing comes after this batch. */
  readonly close?: true
}

export function emptyAppends(): AppendColumns {
  return {
    ids: [],
    behind: [],
    tenants: [],
    rooms: [],
    threads: [],
    runs: [],
    epochs: [],
    counts: [],
    lengths: [],
    text: '',
  }
}

/** The result of one commit or one read. */
export interface Outcomes {
  readonly type: 'outcomes'
  readonly ids: number[]
  readonly answers: unknown[]
  /** Appends that are stored and whose run continues: the answer to nearly all of them. */
  readonly running: number[]
  readonly faults: { readonly id: number; readonly code: StoreFaultCode; readonly detail: string }[]
  readonly more: MoreColumns | undefined
  readonly told: readonly Told[]
  /** Tenants whose inbox has new entries. */
  readonly inboxes: readonly string[]
  /** People whose own log has new entries. */
  readonly persons: readonly Principal[]
  /** How long the commit took, in milliseconds; absent for a read. */
  readonly commitMs?: number
}

/** The `thread.more` notices of one commit, one thread after the other. */
export interface MoreColumns {
  readonly tenants: string[]
  readonly rooms: string[]
  readonly threads: string[]
  readonly firstSeqs: number[]
  readonly lastSeqs: number[]
  /** The position of each thread's frames in `buffer`. */
  readonly offsets: number[]
  readonly lengths: number[]
  readonly buffer: ArrayBuffer
}

/** Rare notices, sent as they are published. */
export type Told = Exclude<Notice, { readonly type: 'thread.more' | 'inbox.more' }>

export type FromWorker =
  /** `aheadMs`: how far the newest recorded time is ahead of the wall clock. */
  | { readonly type: 'opened'; readonly aheadMs: number }
  | { readonly type: 'refused'; readonly code: StoreOpenErrorCode | undefined; readonly message: string }
  | Outcomes
  /** This process may no longer write the store. No further answer follows. */
  | { readonly type: 'lost'; readonly why: string }
  | { readonly type: 'closed' }
