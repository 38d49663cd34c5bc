/**
 * PORT DeviceCache: what this device keeps of threads and lists, so that a page that is opened again shows them before the
 * server answers. PORT CacheRows: where the rows are.
 *
 * Owns: both interfaces. Does not know: databases, who looks, connections.
 *
 * Invariants of every DeviceCache:
 * - It is a copy. The server's log decides; a row is only a position to continue from.
 * - Nothing here throws or rejects, and no send, start or stop ever waits for it.
 * - The rows of a person are read by that person alone.
 */
import type { InboxEntry, ThreadKey, ThreadSnapshot, ThreadView } from '@holdfast/core'

/** `rooms`, `overview`, or the newest page of a room's threads. */
export type ListName = 'rooms' | 'overview' | `threads/${string}`

export interface DeviceCache {
  /** The thread up to its position `seq`, if the device has a valid row of it. */
  read(key: ThreadKey): Promise<ThreadView | undefined>
  /**
   * The thread has changed. It is written within half a second, or at once (`now`). `view` is called when it is written:
   * it costs nothing to note each delta.
   */
  note(key: ThreadKey, view: () => ThreadView | undefined, now: boolean): void
  /** The server does not know this position, or has no such thread. */
  forget(key: ThreadKey): void
  /** The answer that was written last, if it is one. */
  readList(name: ListName): Promise<unknown>
  /** The same answer again is not written again. */
  writeList(name: ListName, value: unknown): void
  /** What the inbox says: the end of a run that is not followed here, a deletion. */
  hear(entry: InboxEntry, from: CompletedSource): void
  /** The person has signed out. Everything goes, of every person. */
  wipe(): Promise<void>
}

/** How the conversation of a run that ended elsewhere is loaded. */
export interface CompletedSource {
  /** It is followed, so its content is noted anyway. */
  isFollowed(key: ThreadKey): boolean
  snapshot(key: ThreadKey): Promise<ThreadSnapshot>
}

/** Why rows are kept in memory only, for as long as the page is open. */
export type CacheTrouble =
  /** The browser has no database, or forbids it (private windows). */
  | 'unavailable'
  /** The disk or the origin's quota is full, also after old rows were removed. */
  | 'full'
  /** A page of an older build is open and does not let go of the database. */
  | 'blocked'
  /** A newer build of the page owns the database. */
  | 'newer'
  /** The database did not answer in time. */
  | 'silent'

export interface CacheRows {
  /** The newest row that any page of this person has written, unchecked. `at`, here and below: milliseconds since 1970. */
  readThread(key: ThreadKey, at: number): Promise<unknown>
  /** 0: there is none. Cheap: it does not read the row's content. */
  seqOf(key: ThreadKey): Promise<number>
  /** Keeps the row that is there if its position is higher or the same, or its format is newer. */
  writeThread(view: ThreadView, at: number): Promise<void>
  /** Without `threadId`: every thread of the room. */
  drop(key: { readonly roomId: string; readonly threadId?: string }): Promise<void>
  readList(name: ListName): Promise<unknown>
  writeList(name: ListName, value: unknown, at: number): Promise<void>
  /** Everything, of every person. */
  wipe(): Promise<void>
  close(): void
}

/** Rejects when rows cannot be kept. */
export class CacheError extends Error {
  override readonly name = 'CacheError'
  readonly trouble: CacheTrouble

  constructor(trouble: CacheTrouble, options?: ErrorOptions) {
    super(trouble, options)
    this.trouble = trouble
  }
}

/** Of the rows as this build writes them. A page leaves rows of a higher format alone. */
export const FORMAT = 1

export interface CacheLimits {
  /** The least recently used threads go first. */
  readonly threads: number
  /** Characters of JSON, of all threads together. */
  readonly characters: number
  readonly lists: number
}

export const LIMITS: CacheLimits = { threads: 100, characters: 50_000_000, lists: 100 }
