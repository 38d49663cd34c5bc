/**
 * Opens all parts of a store in order, and closes them in reverse order. Owns everything that lives as long as the
 * store.
 */
import { DatabaseSync } from 'node:sqlite'
import { createStoreClock, type StoreClock } from '../decide/clock.ts'
import { type DataDirectory, holdDataDirectory } from './data-directory.ts'
import { createFence, type Fence } from './fence.ts'
import type { WorkerOptions } from './messages.ts'
import { asOpenError, openDatabase } from './open-database.ts'
import { StoreOpenError } from './open-error.ts'
import { isAbsence } from './place.ts'
import { recoverJournal } from './recover.ts'
import { createStoreData, type StoreData } from './store-data.ts'
import { DEFAULT_LIMITS } from './thread-log.ts'

const HOT_THREADS = 256
const SYSTEM_TIME = { now: () => Date.now(), elapsed: () => performance.now() }

export interface OpenStore {
  readonly database: DatabaseSync
  /** The path of the database file. */
  readonly path: string
  readonly data: StoreData
  readonly clock: StoreClock
  readonly now: () => number
  readonly beforeCommit: () => void
  readonly fence: Fence
  /** Closes the store. A store that is lost is abandoned instead. */
  close(): void
  /** Lets go at once: what is in memory is not written to the store. */
  abandon(): void
}

/** @throws StoreOpenError */
export function openStore(options: WorkerOptions): OpenStore {
  const { directory, clock, hotThreads = HOT_THREADS, addedSyncMs = 0, maxPages } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const held = holdDataDirectory(directory)
  let database: DatabaseSync | undefined
  let fence: Fence | undefined
  try {
    const opened = openDatabase(held.database, options.letGoMs)
    database = opened
    const { nextRow, lastAt, token } = recoverJournal(opened, directory, limits.segmentBytes)
    const data = createStoreData(opened, { nextRow, limits, hotThreads })
    const storeClock = createStoreClock(clock ? { now: () => clock[0] ?? 0 } : SYSTEM_TIME, lastAt)
    const limitPages = createPageLimit(opened, maxPages)
    fence = fenceOf(opened, held, token)
    const ours = fence
    const beside = openBeside(held.database)
    const abandon = () => {
      if (ours.lost === undefined) beside.close()
      opened.close()
      if (beside.isOpen) beside.close()
      held.release()
      ours.close()
    }
    const nobody = new Int32Array(new SharedArrayBuffer(4))
    return {
      database: opened,
      path: held.database,
      data,
      clock: storeClock,
      now: () => {
        limitPages()
        return storeClock.now()
      },
      beforeCommit: () => {
        if (addedSyncMs > 0) Atomics.wait(nobody, 0, 0, addedSyncMs)
      },
      fence: ours,
      close() {
        ours.watch()
        if (ours.lost === undefined) moveTails(opened, data, storeClock.now())
        abandon()
      },
      abandon,
    }
  } catch (error) {
    database?.close()
    held.release()
    fence?.close()
    throw asOpenError(error, held.database)
  }
}

/**
 * @throws StoreOpenError `locked` if the files disappeared while they were opened: somebody is removing them, or
 * opening them too
 */
function fenceOf(database: DatabaseSync, { database: path, lockFile }: DataDirectory, token: string): Fence {
  try {
    return createFence(database, { path, token, lockFile })
  } catch (cause) {
    if (!isAbsence(cause)) throw cause
    const sentence = `A file beside ${path} was removed while this server opened it. Make sure that no other server is starting, then start this one again.`
    throw new StoreOpenError('locked', sentence, { cause })
  }
}

/**
 * A connection that cannot write, open until the writer's is closed. SQLite makes the last connection to close move the
 * WAL into the database and remove it. If the files were replaced, those would be another server's.
 */
function openBeside(path: string): DatabaseSync {
  const beside = new DatabaseSync(path, { readOnly: true })
  beside.prepare('SELECT one FROM owner').get()
  return beside
}

/**
 * Moves the content of the journal into segments. On a full disk it stays in the journal and is equally durable there.
 */
function moveTails(database: DatabaseSync, data: StoreData, now: number): void {
  try {
    database.exec('BEGIN IMMEDIATE')
    data.log.sealAll()
    data.write(now)
    database.exec('COMMIT')
    data.committed()
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } catch {
    data.rolledBack()
    if (database.isTransaction) database.exec('ROLLBACK')
  }
}

function createPageLimit(database: DatabaseSync, maxPages: WorkerOptions['maxPages']): () => void {
  let set = 0
  return () => {
    const wanted = maxPages?.[0] ?? 0
    if (wanted === set) return
    database.exec(`PRAGMA max_page_count = ${wanted || 0xfffffffe}`)
    set = wanted
  }
}
