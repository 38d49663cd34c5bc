/**
 * PORT Archive: maintenance of a store that no server has open. Exports and imports whole rooms and checks the data.
 * Synchronous, because its holder has the data to itself.
 */
import type { TenantRoom } from '../tenant-thread.ts'

export interface RoomSummary extends TenantRoom {
  readonly title: string
  readonly threads: number
  readonly records: number
  /** Queued runs that were started with `forwardedProps`, which an export leaves out. */
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
  /** A room with this id has threads here, or was deleted here and does not come back (I8). */
  { readonly type: 'room_taken'; readonly why: 'has_threads' | 'deleted' }

export interface Archive {
  rooms(): readonly RoomSummary[]
  /** Lines without line feeds; undefined if there is no such room. */
  export(room: TenantRoom, options: ExportOptions): Iterable<string> | undefined
  /**
   * Imports the whole file in one transaction, or nothing. Replaces a room of the same id that has no threads.
   *
   * @throws ArchiveError for an invalid file, and any error of `lines`; the archive is then closed
   */
  import(
    lines: Iterable<string>,
    /** The tenant that gets the room. Default: the tenant of a server without authentication. */
    options?: { readonly tenantId?: string },
  ): { readonly type: 'imported'; readonly roomId: string; readonly records: number } | ImportRefusal
  /** Reads all data. */
  check(onThread: (done: number, all: number) => void): Soundness
  close(): void
}
