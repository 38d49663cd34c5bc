/**
 * The search index: `search_entry` says whose each text is; `search` indexes its words and stores no text of its own.
 * Written in the transaction that adds the text, removed in the one that deletes its thread.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ListPosition } from '../decide/list-cursor.ts'
import type { TenantRoom } from '../tenant-thread.ts'

export interface Search {
  add(thread: number, text: string): void
  /** Replaces the present title. */
  retitle(thread: number, title: string): void
  drop(thread: number): void
}

export interface Wanted extends TenantRoom {
  /** As `searchTerms` returns them; at least one. */
  readonly terms: readonly string[]
  readonly after: ListPosition | undefined
  readonly limit: number
}

/** A thread and its position in its room's list. */
export interface Found extends ListPosition {
  readonly no: number
}

/** A condition on `thread` with one parameter: a search term from `matching`. */
const FOUND = `AND thread.no IN (
  SELECT thread FROM search_entry WHERE no IN (SELECT rowid FROM search WHERE search MATCH ?))`

/** A prefix query in FTS5's syntax (https://www.sqlite.org/fts5.html, 3.1 and 3.3). */
function matching(term: string): string {
  return `"${term.replaceAll('"', '""')}"*`
}

/** Threads in which every term begins a word, newest activity first. */
export function createFinder(database: DatabaseSync): (wanted: Wanted) => Found[] {
  /** Keyed by the number of terms. */
  const statements = new Map<number, StatementSync>()
  function statementFor(terms: number): StatementSync {
    const known = statements.get(terms)
    if (known) return known
    const made = database.prepare(
      `SELECT no, updated_at, thread_id FROM thread
       WHERE tenant = ? AND room_id = ? AND (updated_at, thread_id) < (?, ?) AND deleted_at IS NULL
       ${FOUND.repeat(terms)} ORDER BY updated_at DESC, thread_id DESC LIMIT ?`,
    )
    statements.set(terms, made)
    return made
  }
  return ({ tenantId, roomId, terms, after, limit }) =>
    statementFor(terms.length)
      .all(tenantId, roomId, after?.at ?? Number.MAX_SAFE_INTEGER, after?.id ?? '', ...terms.map(matching), limit)
      .map(({ no, updated_at, thread_id }) => ({ no: Number(no), at: Number(updated_at), id: String(thread_id) }))
}

/** Text beyond this length is not indexed: indexing megabytes would delay all other commits. */
const MAX_UNITS = 100_000

export function createSearch(database: DatabaseSync): Search {
  const entry = database.prepare('INSERT INTO search_entry (thread, title) VALUES (?, ?)')
  const words = database.prepare('INSERT INTO search (rowid, text) VALUES (?, ?)')
  const titleOf = database.prepare('SELECT no FROM search_entry WHERE thread = ? AND title = 1')
  const entriesOf = database.prepare('SELECT no FROM search_entry WHERE thread = ?')
  const unsay = database.prepare('DELETE FROM search WHERE rowid = ?')
  const remove = database.prepare('DELETE FROM search_entry WHERE no = ?')

  function insert(thread: number, text: string, title: 0 | 1): void {
    if (text.trim() !== '') words.run(entry.run(thread, title).lastInsertRowid, text.slice(0, MAX_UNITS))
  }
  function removeAll(rows: ReturnType<typeof entriesOf.all>): void {
    for (const { no = null } of rows) {
      unsay.run(no)
      remove.run(no)
    }
  }

  return {
    add: (thread, text) => insert(thread, text, 0),
    retitle(thread, title) {
      removeAll(titleOf.all(thread))
      insert(thread, title, 1)
    },
    drop: (thread) => removeAll(entriesOf.all(thread)),
  }
}
