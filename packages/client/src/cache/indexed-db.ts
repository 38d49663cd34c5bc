/**
 * The browser's database of rows (IndexedDB): its stores, how it is opened and taken away.
 *
 * Owns: the layout of the stores, what a failure is called. Does not know: what rows contain, when they are written.
 *
 * Invariant: a newer build gets the database as soon as it asks for it.
 */
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from 'idb'
import type { Counts, StoredBlock } from './blocks.ts'
import { CacheError, type CacheTrouble } from './port.ts'

/** Of the layout. A higher one belongs to a newer build. */
const VERSION = 1
const STORES = ['threads', 'blocks', 'lists'] as const

export type RowId = [person: string, roomId: string, threadId: string]

export interface Row {
  readonly format: number
  readonly seq: number
  readonly at: number
  readonly characters: number
  readonly counts: Counts
  /** Names one write: the page that made it may write only what has changed since. */
  readonly stamp: string
}

interface Layout extends DBSchema {
  threads: { key: RowId; value: Row }
  blocks: { key: [...RowId, field: string, n: number]; value: StoredBlock }
  lists: { key: [person: string, name: string]; value: { format: number; at: number; value: unknown } }
}

export type Database = IDBPDatabase<Layout>
export type Writing = IDBPTransaction<Layout, ('threads' | 'blocks')[], 'readwrite'>

export interface DatabaseOptions {
  /** Pages of one origin that talk to several servers have a database for each. */
  readonly name: string
  /** The database was taken away: by a newer build, or by the browser. */
  lost(trouble: CacheTrouble): void
}

/** Rejects with a `CacheError`. */
export async function openDatabase({ name, lost }: DatabaseOptions): Promise<Database> {
  if (!('indexedDB' in globalThis)) throw new CacheError('unavailable')
  const blocked = Promise.withResolvers<never>()
  const opening = openDB<Layout>(name, VERSION, {
    upgrade(db) {
      for (const store of STORES) db.createObjectStore(store)
    },
    blocked: () => blocked.reject(new CacheError('blocked')),
    blocking() {
      void opening.then((db) => db.close())
      lost('newer')
    },
    terminated: () => lost('unavailable'),
  })
  // Opened too late: it is not used, and must not block a newer build.
  blocked.promise.catch(() => opening.then((db) => db.close()).catch(() => {}))
  try {
    return await Promise.race([opening, blocked.promise])
  } catch (cause) {
    if (cause instanceof CacheError) throw cause
    throw new CacheError(nameIn(cause) === 'VersionError' ? 'newer' : troubleIn(cause), { cause })
  }
}

/** A transaction of threads. Its failure also shows in each of its requests. */
export function writing(db: Database): Writing {
  const tx = db.transaction(['threads', 'blocks'] as ('threads' | 'blocks')[], 'readwrite', { durability: 'relaxed' })
  tx.done.catch(() => {})
  return tx
}

export async function clear(db: Database): Promise<void> {
  const tx = db.transaction([...STORES], 'readwrite')
  await Promise.all([...STORES.map((store) => tx.objectStore(store).clear()), tx.done])
}

/** Everything whose key begins so. An empty list comes after every string and number. */
export function within(begin: readonly string[]): IDBKeyRange {
  return IDBKeyRange.bound([...begin], [...begin, []])
}

export function troubleIn(cause: unknown): CacheTrouble {
  return nameIn(cause) === 'QuotaExceededError' ? 'full' : 'unavailable'
}

function nameIn(cause: unknown): string {
  return (cause as { readonly name?: string } | null)?.name ?? ''
}
