/**
 * The directory of an embedded store, and the lock that turns a second server away at once. Owns `lock.db`, which is
 * held in `BEGIN EXCLUSIVE` as long as the store is open: the system releases it however the process ends, SIGKILL
 * included, so there is no stale lock to clean up. A lock file can be removed, so ownership of the database itself is
 * recorded in the database (fence.ts). Does not know: the content of the store.
 */
import { accessSync, constants, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StoreOpenError } from './open-error.ts'
import { isBusy, isCorrupt, isFull, isNotADatabase, isUnwritable } from './sqlite-error.ts'

export interface DataDirectory {
  /** The path of the database file. */
  readonly database: string
  readonly lockFile: string
  release(): void
}

/** @throws StoreOpenError `directory_unwritable`, `locked`, `storage_full`, `foreign_database` */
export function holdDataDirectory(name: string): DataDirectory {
  // Absolute, because the path is checked again as long as the process lives, whatever its working directory is then.
  const directory = resolve(name)
  try {
    mkdirSync(directory, { recursive: true })
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw unwritable(directory, cause)
  }

  const path = join(directory, 'lock.db')
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(path)
    lock.exec('PRAGMA journal_mode = DELETE')
    lock.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    lock?.close()
    if (isBusy(cause)) {
      throw new StoreOpenError(
        'locked',
        `Another server is using the data in ${directory}. Stop it first, or give this one its own directory with HOLDFAST_DATA.`,
        { cause },
      )
    }
    if (isFull(cause)) {
      throw new StoreOpenError('storage_full', `The disk of ${directory} is full. Free some space, then start again.`, {
        cause,
      })
    }
    if (isNotADatabase(cause) || isCorrupt(cause)) {
      throw new StoreOpenError(
        'foreign_database',
        `${path} is not a Holdfast lock. Choose another directory with HOLDFAST_DATA, or move that file away.`,
        { cause },
      )
    }
    if (isUnwritable(cause)) throw unwritable(directory, cause)
    throw cause
  }

  const held = lock
  return {
    database: join(directory, 'holdfast.db'),
    lockFile: path,
    release: () => held.isOpen && held.close(),
  }
}

export function unwritable(directory: string, cause: unknown): StoreOpenError {
  return new StoreOpenError(
    'directory_unwritable',
    `The data directory ${directory} cannot be written. Make it a directory that belongs to this user, or choose another with HOLDFAST_DATA.`,
    { cause },
  )
}
