/**
 * Why a store on disk could not be opened: a closed list of codes, each with a sentence that says what to do. Nothing
 * in the directory was changed.
 */
export type StoreOpenErrorCode =
  /** The directory cannot be made or written: read-only, somebody else's, or a file stands in its place. */
  | 'directory_unwritable'
  /** Another server, or another program, holds the same data. */
  | 'locked'
  /** There is a database, and it is not a Holdfast store. */
  | 'foreign_database'
  /** Written by a newer Holdfast. */
  | 'newer_schema'
  /** SQLite below 3.51.3 can corrupt a WAL database. */
  | 'sqlite_too_old'
  /** The database fails its checks. */
  | 'damaged'
  /** Two servers wrote it at once: positions have two contents. */
  | 'two_histories'
  /** No room left to open it. */
  | 'storage_full'

export class StoreOpenError extends Error {
  override readonly name = 'StoreOpenError'
  readonly code: StoreOpenErrorCode
  constructor(code: StoreOpenErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
