/**
 * What the main thread and the store's worker say to each other. Everything is plain data; appends and notices, of which
 * there are many, travel as columns, because a column of strings is copied several times faster than as many objects.
 */
import type { ThreadNotice } from '../decide/facts.ts'
import type { StoreFaultCode } from '../fault.ts'
import type { StoreCounts } from '../meter.ts'
import type { InboxStore, LogReader, RoomStore, RunIntents, RunWork, ThreadStore } from '../port.ts'
import type { Principal } from '../principal.ts'
import type { TenantThread } from '../tenant-thread.ts'
import type { StoreOpenErrorCode } from './open-error.ts'
import type { LogLimits } from './thread-log.ts'

/** What the worker gets when it starts. */
export interface WorkerOptions {
  readonly directory: string
  readonly limits?: Partial<LogLimits>
  /** One number over shared memory: the time, set by a test. Default: the system's. */
  readonly clock?: Float64Array<SharedArrayBuffer>
  /** How long another process may take to let go of the database, in milliseconds. Default 5,000. */
  readonly letGoMs?: number
  /** Conversations kept folded in memory. */
  readonly hotThreads?: number
  /** Only to measure: blocks this long at each commit, as a slow disk would. */
  readonly addedSyncMs?: number
  /** Only for tests: the database may not grow past this many pages; may be set again while it runs. */
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
  'log.read': LogReader['read']
  'inbox.overview': InboxStore['overview']
  'inbox.read': InboxStore['read']
  'runs.whoAnswers': RunIntents['whoAnswers']
  'runs.start': RunIntents['start']
  'runs.cancelRun': RunIntents['cancelRun']
  'runs.cancelThread': RunIntents['cancelThread']
  'runs.edit': RunIntents['edit']
  'runs.queue': RunIntents['queue']
  'runs.changeQueue': RunIntents['changeQueue']
  'runs.get': RunIntents['get']
  'runs.timeline': RunIntents['timeline']
  'runs.list': RunIntents['list']
  'work.claim': RunWork['claim']
  'work.end': RunWork['end']
  'work.renew': RunWork['renew']
  'work.settleOrphans': RunWork['settleOrphans']
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
  /** How many of the batch's calls come before each. */
  readonly behind: number[]
  readonly tenants: string[]
  readonly rooms: string[]
  readonly threads: string[]
  readonly runs: string[]
  readonly epochs: number[]
  /** How many events each holds. */
  readonly counts: number[]
  /** UTF-16 units of each event in `text`. */
  readonly lengths: number[]
  /** The events' JSON, one behind the other. */
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

/** What one commit or one reading gave. */
export interface Outcomes {
  readonly type: 'outcomes'
  readonly ids: number[]
  readonly answers: unknown[]
  /** Appends that are on record and whose run goes on: the answer of nearly all. */
  readonly running: number[]
  readonly faults: { readonly id: number; readonly code: StoreFaultCode; readonly detail: string }[]
  readonly more: MoreColumns | undefined
  readonly told: readonly RunTold[]
  /** Tenants whose inbox has more. */
  readonly inboxes: readonly string[]
  /** Persons whose own log has more. */
  readonly persons: readonly Principal[]
  /** How long the commit took, in milliseconds; absent for a reading. */
  readonly commitMs?: number
}

/** `thread.more` of one commit, a thread after the other. */
export interface MoreColumns {
  readonly tenants: string[]
  readonly rooms: string[]
  readonly threads: string[]
  readonly firstSeqs: number[]
  readonly lastSeqs: number[]
  /** Where in `buffer` its frames lie. */
  readonly offsets: number[]
  readonly lengths: number[]
  readonly buffer: ArrayBuffer
}

export type RunTold = TenantThread & ThreadNotice

export type FromWorker =
  /** `aheadMs`: how far the newest time on record is ahead of the wall. */
  | { readonly type: 'opened'; readonly aheadMs: number }
  | { readonly type: 'refused'; readonly code: StoreOpenErrorCode | undefined; readonly message: string }
  | Outcomes
  /** This process may not write the store any more; nothing is answered after it. */
  | { readonly type: 'lost'; readonly why: string }
  | { readonly type: 'closed' }
