/**
 * PORT Archive: a store that nobody serves, for whoever looks after it: whole rooms out and in, and whether it is sound.
 * Everything is synchronous: whoever holds it has the data to themselves.
 */
import type { TenantRoom } from '../tenant-thread.ts'

export interface RoomSummary extends TenantRoom {
  readonly title: string
  readonly threads: number
  readonly records: number
  /** Runs that wait and were asked for with `forwardedProps`, which an export leaves out. */
  readonly withheld: number
}

export interface ExportOptions {
  /** ISO 8601 UTC. */
  readonly exportedAt: string
  readonly redact: boolean
}

export interface Soundness {
  readonly threads: number
  readonly records: number
  /** One sentence each. */
  readonly problems: readonly string[]
}

export type ImportRefusal =
  /** A room of this id has threads, or was deleted here and does not come back (I8). */
  { readonly type: 'room_taken'; readonly why: 'has_threads' | 'deleted' }

export interface Archive {
  rooms(): readonly RoomSummary[]
  /** Lines without their line feeds; undefined: there is no such room. */
  export(room: TenantRoom, options: ExportOptions): Iterable<string> | undefined
  /**
   * All of it in one transaction, or nothing. A room of the same id without threads is replaced.
   * @throws ArchiveError for a file that is not sound, and whatever `lines` throws; the archive is then closed
   */
  import(
    lines: Iterable<string>,
    /** Whose the room becomes. Default: the tenant of a server without authentication. */
    options?: { readonly tenantId?: string },
  ): { readonly type: 'imported'; readonly roomId: string; readonly records: number } | ImportRefusal
  /** Reads everything there is. */
  check(onThread: (done: number, all: number) => void): Soundness
  close(): void
}
