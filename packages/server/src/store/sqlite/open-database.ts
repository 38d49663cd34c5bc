/**
 * Opens the database file of a store: version check, ownership of the file, schema, pragmas, and the checks that cost
 * little. Owns every way in which that can fail. Does not know: what the tables mean.
 *
 * `synchronous = FULL` is required by G1: with NORMAL, a power failure loses acknowledged commits.
 */
import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { unwritable } from './data-directory.ts'
import { APPLICATION_ID, MIGRATIONS, migrate } from './migrations.ts'
import { StoreOpenError } from './open-error.ts'
import { isBusy, isCorrupt, isFull, isNotADatabase, isOddSchema, isUnwritable } from './sqlite-error.ts'

/** The first release without the WAL corruption bug. */
const OLDEST_SQLITE = '3.51.3'

/** Tables whose size does not grow with the history. They are checked completely at each start. */
const SMALL_TABLES = ['room', 'journal', 'remembered_cancel']

/** A server that has lost its lock file notices within a second and lets go. */
const LET_GO_MS = 5_000

/** `letGoMs`: how long another process may take to release the database. @throws StoreOpenError */
export function openDatabase(path: string, letGoMs = LET_GO_MS): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    if (existsSync(path)) waitUntilAlone(path, letGoMs)
    database = new DatabaseSync(path)
    checkSqlite(versionOf(database))
    const version = schemaVersion(database, path)
    // For a new file only. With large pages a commit of many threads writes few of them, and each costs a write of its
    // own.
    if (version === 0) database.exec('PRAGMA page_size = 16384')
    database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000; PRAGMA busy_timeout = 1000',
    )
    if (version > 0) checkIntegrity(database, path)
    migrate(database, version)
    // A step may have rewritten all data, which must not stay in the WAL.
    if (version < MIGRATIONS.length) database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    return database
  } catch (error) {
    database?.close()
    throw asOpenError(error, path)
  }
}

/**
 * A process that has the database open holds a lock on the file itself, whether or not there is a lock file.
 *
 * @throws StoreOpenError `locked`
 */
function waitUntilAlone(path: string, letGoMs: number): void {
  const alone = new DatabaseSync(path)
  try {
    alone.exec(`PRAGMA busy_timeout = ${letGoMs}; PRAGMA locking_mode = EXCLUSIVE`)
    alone.prepare('SELECT count(*) FROM sqlite_schema').get()
  } catch (cause) {
    if (!isBusy(cause)) throw cause
    throw new StoreOpenError(
      'locked',
      `Another server or program has ${path} open. Stop it first, or give this server its own directory with HOLDFAST_DATA.`,
      { cause },
    )
  } finally {
    alone.close()
  }
}

/** @throws StoreOpenError `sqlite_too_old` */
export function checkSqlite(version: string): void {
  const [have, need] = [version, OLDEST_SQLITE].map((text) => text.split('.').map(Number)) as [number[], number[]]
  const at = need.findIndex((part, index) => part !== have[index])
  if (at !== -1 && (have[at] ?? 0) < (need[at] ?? 0)) {
    throw new StoreOpenError(
      'sqlite_too_old',
      `This version of Node includes SQLite ${version}, which can corrupt a database in WAL mode. Use one that includes ${OLDEST_SQLITE} or newer.`,
    )
  }
}

function versionOf(database: DatabaseSync): string {
  return String(database.prepare('SELECT sqlite_version() AS version').get()?.version)
}

/** 0 for a new file. */
function schemaVersion(database: DatabaseSync, path: string): number {
  const version = pragma(database, 'user_version')
  if (pragma(database, 'application_id') !== APPLICATION_ID) {
    const objects = database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n
    if (version !== 0 || objects !== 0) throw foreign(path)
    return 0
  }
  if (version > MIGRATIONS.length) {
    throw new StoreOpenError(
      'newer_schema',
      `${path} was written by a newer Holdfast (schema ${version}; this one knows ${MIGRATIONS.length}). Update Holdfast, or choose another directory with HOLDFAST_DATA.`,
    )
  }
  return version
}

function checkIntegrity(database: DatabaseSync, path: string): void {
  // After the WAL is moved into it, the file must be as long as its header says. This detects a truncated copy.
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  const size = existsSync(path) ? statSync(path).size : 0
  const expected = pragma(database, 'page_count') * pragma(database, 'page_size')
  if (size < expected) throw damaged(path, new Error(`${size} bytes of ${expected}`))

  for (const table of SMALL_TABLES) {
    const found = database.prepare(`PRAGMA quick_check(${table})`).all()
    if (found.length !== 1 || found[0]?.quick_check !== 'ok') throw damaged(path, new Error(JSON.stringify(found)))
  }
}

function pragma(database: DatabaseSync, name: 'application_id' | 'user_version' | 'page_count' | 'page_size'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name])
}

/** What an error at opening means. A row whose JSON does not parse counts as damage, too. */
export function asOpenError(error: unknown, path: string): unknown {
  if (error instanceof StoreOpenError) return error
  if (isNotADatabase(error)) return foreign(path, error)
  if (isCorrupt(error) || isOddSchema(error) || error instanceof SyntaxError) return damaged(path, error)
  if (isFull(error)) {
    return new StoreOpenError('storage_full', `The disk of ${path} is full. Free some space, then start again.`, {
      cause: error,
    })
  }
  return isUnwritable(error) ? unwritable(dirname(path), error) : error
}

function foreign(path: string, cause?: unknown): StoreOpenError {
  return new StoreOpenError(
    'foreign_database',
    `${path} is not a Holdfast store. Choose another directory with HOLDFAST_DATA, or move that file away.`,
    { cause },
  )
}

function damaged(path: string, cause: unknown): StoreOpenError {
  return new StoreOpenError(
    'damaged',
    `${path} is damaged. Restore a copy of the whole data directory, or move it away to begin with an empty store.`,
    { cause },
  )
}
