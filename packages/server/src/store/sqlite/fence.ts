/**
 * Whether this process may still write its database. There are two proofs. The row `owner` holds the token of the
 * process that opened the store last, and is read in the transaction of each commit. The files must still be at the
 * paths where they were opened, with that token in them. The lock file only keeps a second server from trying.
 *
 * Owns: the row, the identity of the files, and the verdict, which is final. Does not know: what is written.
 *
 * Invariants:
 * - Of two processes that opened the same database, only the later one commits.
 * - A commit into files that nobody will open again is not acknowledged.
 * - If a check itself fails for another reason, that is no loss: the commits report the error.
 */
import { randomUUID } from 'node:crypto'
import { renameSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { StoreFault } from '../fault.ts'
import { type Place, placeOf } from './place.ts'
import { storeFault } from './sqlite-error.ts'

/** The beginning of a write-ahead log, which is different in each log because it includes the salts. */
const WAL_HEAD = 32

export interface Fence {
  /** Why this process has lost its store; undefined while it has not. */
  readonly lost: string | undefined
  /** Checks the owner within a commit's transaction. @throws StoreFault `storage_lost` */
  prove(): void
  /** Checks the files after a commit, before it is acknowledged. @throws StoreFault `storage_lost` */
  confirm(): void
  /** Checks both from time to time, with or without commits. */
  watch(): void
  /** Called after the database is closed, because closing a file of SQLite's releases the process's locks on it. */
  close(): void
}

/** Claims the database in the open transaction: its previous owner can commit nothing more. Returns the new token. */
export function claimDatabase(database: DatabaseSync): string {
  const token = randomUUID()
  database
    .prepare(
      `INSERT INTO owner (one, generation, token) VALUES (1, 1, ?)
       ON CONFLICT (one) DO UPDATE SET generation = generation + 1, token = excluded.token`,
    )
    .run(token)
  return token
}

/** Called after the claim is committed. `lockFile` is in the directory of the database, at `path`. */
export function createFence(
  database: DatabaseSync,
  { path, token, lockFile }: { readonly path: string; readonly token: string; readonly lockFile: string },
): Fence {
  const directory = dirname(path)
  const owner = database.prepare('SELECT token FROM owner WHERE one = 1')
  // Writes the token into the file itself, where it can be found without SQLite's page cache.
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  const main = placeOf(path)
  const wal = placeOf(`${path}-wal`)
  const written = [main, wal]
  const places = [...written, ...[directory, `${path}-shm`, lockFile].map(placeOf)]
  const hasToken = findToken(database, main, token)
  const walHead = Buffer.alloc(WAL_HEAD)
  wal.read(walHead, 0)
  let lost: string | undefined

  function lose(why: string): StoreFault {
    lost ??= why
    return storeFault('storage_lost', new Error(lost))
  }

  function proveOwner(): void {
    if (owner.get()?.token !== token) throw lose(`Another server opened the data in ${directory} and has it now`)
  }

  function confirmPlaces(looked: readonly Place[]): void {
    for (const place of looked) {
      const state = place.look()
      if (state !== 'gone' && state !== 'replaced') continue
      if (place === main && state === 'replaced') setWalAside()
      if (place === wal) moveWal()
      throw lose(`${place.path} was ${state === 'gone' ? 'removed or moved away' : 'replaced by another'}`)
    }
    if (hasToken()) return
    setWalAside()
    throw lose(`${path} was overwritten`)
  }

  /** Saves what only the WAL has into the database, which still belongs to this process. */
  function moveWal(): void {
    if (main.look() !== 'there' || !hasToken()) return
    try {
      database.exec('PRAGMA wal_checkpoint(PASSIVE)')
    } catch {
      // The store is already lost.
    }
  }

  /** Otherwise SQLite would apply this process's WAL to the database that has replaced its own. */
  function setWalAside(): void {
    try {
      const head = Buffer.alloc(WAL_HEAD)
      const isOurs = wal.look() === 'there' && wal.read(head, 0) === WAL_HEAD && head.equals(walHead)
      if (isOurs) renameSync(wal.path, `${wal.path}.lost`)
    } catch {
      // The store is already lost.
    }
  }

  function unlessLost(look: () => void): void {
    if (lost !== undefined) throw lose(lost)
    look()
  }

  return {
    get lost() {
      return lost
    },
    prove: () => unlessLost(proveOwner),
    confirm: () =>
      unlessLost(() => {
        confirmPlaces(written)
        wal.read(walHead, 0)
      }),
    watch() {
      try {
        unlessLost(() => {
          confirmPlaces(places)
          proveOwner()
        })
      } catch {
        // A loss is recorded in `lost`. An unreadable row is no loss: the next commit reports the error.
      }
    },
    close() {
      for (const place of places) place.close()
    },
  }
}

/**
 * Whether the token is still at its place in the file, on the only page of its table. True until it has been written
 * there.
 */
function findToken(database: DatabaseSync, file: Place, token: string): () => boolean {
  const pageSize = Number(database.prepare('PRAGMA page_size').get()?.page_size)
  const root = Number(database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'owner'").get()?.rootpage)
  const start = (root - 1) * pageSize
  const page = Buffer.alloc(pageSize)
  const at = file.read(page, start) === pageSize ? page.indexOf(token) : -1
  if (at === -1) return () => true
  const expected = Buffer.from(token)
  const found = Buffer.alloc(expected.length)
  return () => {
    const read = file.read(found, start + at)
    return read === undefined || (read === found.length && found.equals(expected))
  }
}
