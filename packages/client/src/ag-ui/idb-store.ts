/**
 * LocalStore in IndexedDB: one database of a browser profile, shared by all its pages.
 *
 * Owns: the database's schema, what its failures mean. Does not know: what a row means.
 */
import type { ProblemCode } from '@holdfast/core'
import { type IDBPDatabase, type IDBPTransaction, openDB } from 'idb'
import { TransportError } from '../transport/error.ts'
import {
  KEYS,
  type Key,
  type ListOptions,
  type LocalStore,
  TABLES,
  type Table,
  type Tables,
  type Writing,
} from './port.ts'

const VERSION = 1

/** @throws where the browser stores nothing, or where another page keeps an older version open */
export async function openIdbStore(name: string): Promise<LocalStore> {
  let gone = false
  let db: IDBPDatabase | undefined
  const { promise: isBlocked, reject: block } = Promise.withResolvers<never>()
  isBlocked.catch(() => {})
  const opening = openDB(name, VERSION, {
    upgrade(db) {
      for (const table of TABLES) db.createObjectStore(table, { keyPath: [...KEYS[table]] })
    },
    blocked: () => block(new Error('Another page keeps an older version of the database open.')),
    // A newer version of the page needs the database.
    blocking() {
      gone = true
      db?.close()
    },
    terminated() {
      gone = true
    },
  })
  db = await Promise.race([opening, isBlocked])

  async function transact<A>(mode: 'readonly' | 'readwrite', body: (at: Writing) => Promise<A>): Promise<A> {
    if (gone || !db) throw storageFault('storage_lost', undefined)
    let transaction: IDBPTransaction<unknown, Table[], typeof mode>
    try {
      transaction = db.transaction([...TABLES], mode) as typeof transaction
    } catch (cause) {
      throw storageFault('storage_lost', cause)
    }
    // Its failure is reported by what is awaited below.
    transaction.done.catch(() => {})
    try {
      const answer = await body(rowsOf(transaction))
      await transaction.done
      return answer
    } catch (cause) {
      try {
        transaction.abort()
      } catch {
        // It has ended already.
      }
      throw faultOf(cause)
    }
  }

  return {
    lasting: true,
    read: (body) => transact('readonly', body),
    write: (body) => transact('readwrite', body),
    close() {
      gone = true
      db?.close()
    },
  }
}

function rowsOf(transaction: IDBPTransaction<unknown, Table[], 'readonly' | 'readwrite'>): Writing {
  const rows = transaction as IDBPTransaction<unknown, Table[], 'readwrite'>
  return {
    get: async <T extends Table>(table: T, key: Key) =>
      (await rows.objectStore(table).get([...key])) as Tables[T] | undefined,
    list: async <T extends Table>(table: T, prefix: Key, { after, limit }: ListOptions = {}) =>
      (await rows.objectStore(table).getAll(below(prefix, after), limit)) as Tables[T][],
    last: async <T extends Table>(table: T, prefix: Key) =>
      (await rows.objectStore(table).openCursor(below(prefix), 'prev'))?.value as Tables[T] | undefined,
    put(table, row) {
      // The transaction reports it.
      rows
        .objectStore(table)
        .put(row)
        .catch(() => {})
    },
    remove(table, prefix, upTo) {
      const range =
        prefix.length === KEYS[table].length ? IDBKeyRange.only([...prefix]) : below(prefix, undefined, upTo)
      rows
        .objectStore(table)
        .delete(range)
        .catch(() => {})
    },
  }
}

/** A list is greater than every string and number (Indexed Database API 3.0, 2.4). */
function below(prefix: Key, after?: string | number, upTo?: string | number): IDBKeyRange {
  const lower = after === undefined ? [...prefix] : [...prefix, after]
  const upper = upTo === undefined ? [...prefix, []] : [...prefix, upTo]
  return IDBKeyRange.bound(lower, upper, after !== undefined, false)
}

const SENTENCES = {
  storage_full: [
    'Storage is full',
    'This browser has no more room for conversations. Delete threads, or free space on the device.',
  ],
  storage_lost: [
    'Storage was closed',
    'Another version of this page was opened, or its data was deleted. Reload this page.',
  ],
  storage_failed: ['Storage failed', 'This browser could not store the conversation. Reload the page, then try again.'],
} as const satisfies Partial<Record<ProblemCode, readonly [string, string]>>

function storageFault(code: keyof typeof SENTENCES, cause: unknown): TransportError {
  const [title, detail] = SENTENCES[code]
  const status = code === 'storage_full' ? 507 : 503
  return new TransportError(
    { type: 'problem', problem: { type: 'about:blank', title, status, code, detail } },
    { cause },
  )
}

function faultOf(cause: unknown): unknown {
  if (!(cause instanceof DOMException)) return cause
  if (cause.name === 'QuotaExceededError') return storageFault('storage_full', cause)
  return storageFault(cause.name === 'InvalidStateError' ? 'storage_lost' : 'storage_failed', cause)
}
