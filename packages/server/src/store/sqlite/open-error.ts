/**
 * Why a store on disk could not be opened: a closed list of codes, each with a sentence that says what to do. Nothing
 * in the directory was changed.
 */
export type StoreOpenErrorCode =
  /** The directory cannot be created or written: it is read-only, belongs to another user, or its path is a file. */
  | 'directory_unwritable'
  /** Another server, or another program, is using the same data. */
  | 'locked'
  /** There is a database, but it is not a Holdfast store. */
  | 'foreign_database'
  /** A newer Holdfast wrote it. */
  | 'newer_schema'
  /** SQLite below 3.51.3 can corrupt a WAL database. */
  | 'sqlite_too_old'
  /** The database fails its checks. */
  | 'damaged'
  /** Two servers wrote it at once: some positions have two contents. */
  | 'two_histories'
  /** There is no disk space left to open it. */
  | 'storage_full'

export class StoreOpenError extends Error {
  override readonly name = 'StoreOpenError'
  readonly code: StoreOpenErrorCode
  constructor(code: StoreOpenErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
