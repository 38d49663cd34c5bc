/**
 * PORT LocalStore: where a page without a server keeps its log. Rows in tables, in the order of their keys.
 *
 * Owns: the rows, the promises about transactions. Does not know: what a row means, which browser API stores it.
 *
 * Invariants:
 * - A write is done as a whole or not at all, and writes come one after another, over all pages of the browser profile.
 * - When `write` resolves, every later read sees it, and it survives the end of the page.
 * - `body` awaits only what its argument gives: a transaction of a browser ends by itself when something else is awaited.
 */
import type { InboxEntry, Run, StartBody, ThreadKey, ThreadStatus, ThreadView } from '@holdfast/core'

export interface RoomRow {
  readonly roomId: string
  readonly title: string
  readonly agentId?: string
  /** Milliseconds since 1970; the times below too. */
  readonly createdAt: number
  readonly deleted?: true
}

/** What a list shows of a thread, and what a write to its log needs to know without folding it. */
export interface ThreadRow extends ThreadKey {
  readonly title: string
  readonly agentId?: string
  readonly archived: boolean
  readonly status: ThreadStatus
  readonly waiting: number
  readonly paused: boolean
  readonly lastSeq: number
  readonly updatedAt: number
  /** The run that is executed by a page now. Only that run may write. */
  readonly liveRunId?: string
  /** The seq of the `run.ended` of the newest run whose end is news; 0: none. */
  readonly completedSeq: number
  readonly readSeq: number
  /** The head of the log when the person marked the thread as unread. */
  readonly markedAt?: number
  readonly preview?: string
  readonly mutedUntil?: string
  readonly deleted?: true
}

/** Why a live run is to stop. */
export type StopRequest = { readonly by: string; readonly reason?: string } | { readonly supersededBy: string }

export interface RunRow extends ThreadKey {
  readonly runId: string
  readonly run: Run
  readonly request: StartBody
  /** Of its acceptance, and of its `run.ended`. */
  readonly firstSeq: number
  readonly endSeq?: number
  readonly stop?: StopRequest
}

/** An envelope as it is in the log. Its content is checked when it is read. */
export interface LogRow extends ThreadKey {
  readonly seq: number
}

/** The view at a run's end, so that a thread is folded from there. */
export interface CheckpointRow extends ThreadKey {
  readonly view: ThreadView
}

/** A cancel of a run that does not exist yet. */
export interface CancelRow extends ThreadKey {
  readonly runId: string
  readonly by: string
  readonly reason?: string
  readonly at: number
}

export interface InboxRow {
  readonly n: number
  readonly entry: InboxEntry
}

export interface Tables {
  readonly rooms: RoomRow
  readonly threads: ThreadRow
  readonly runs: RunRow
  readonly log: LogRow
  readonly checkpoints: CheckpointRow
  readonly cancels: CancelRow
  readonly inbox: InboxRow
}

export type Table = keyof Tables
export type Key = readonly (string | number)[]

/** The fields that make the key of a row, in order. */
export const KEYS: { readonly [T in Table]: readonly (string & keyof Tables[T])[] } = {
  rooms: ['roomId'],
  threads: ['roomId', 'threadId'],
  runs: ['roomId', 'threadId', 'runId'],
  log: ['roomId', 'threadId', 'seq'],
  checkpoints: ['roomId', 'threadId'],
  cancels: ['roomId', 'threadId', 'runId'],
  inbox: ['n'],
}

export const TABLES = Object.keys(KEYS) as readonly Table[]

export interface ListOptions {
  /** Exclusive, of the part of the key after the prefix. */
  readonly after?: string | number
  readonly limit?: number
}

export interface Reading {
  get<T extends Table>(table: T, key: Key): Promise<Tables[T] | undefined>
  /** The rows below `prefix`, in the order of their keys. */
  list<T extends Table>(table: T, prefix: Key, options?: ListOptions): Promise<readonly Tables[T][]>
  /** The last row below `prefix`. */
  last<T extends Table>(table: T, prefix: Key): Promise<Tables[T] | undefined>
}

export interface Writing extends Reading {
  put<T extends Table>(table: T, row: Tables[T]): void
  /** The row with this key, or all rows below it. `upTo`: inclusive, of the part of the key after the prefix. */
  remove(table: Table, prefix: Key, upTo?: string | number): void
}

export interface LocalStore {
  /** Sees one moment. */
  read<A>(body: (at: Reading) => Promise<A>): Promise<A>
  /** @throws TransportError `storage_full`, `storage_failed`; and what `body` throws: nothing is written then */
  write<A>(body: (at: Writing) => Promise<A>): Promise<A>
  /** Whether it outlives the page. */
  readonly lasting: boolean
  close(): void
}
