/**
 * The search index: whose a text is, in `search_entry`; its words in `search`, which keeps no text of its own. Written in
 * the transaction that says the text, gone in the one that deletes its thread.
 */
import type { DatabaseSync } from 'node:sqlite'

export interface Search {
  add(thread: number, text: string): void
  /** Instead of the title that was there. */
  retitle(thread: number, title: string): void
  drop(thread: number): void
}

/** A condition on `thread`, with one parameter: a word that is looked for, as `matching` gives it. */
export const FOUND = `AND thread.no IN (
  SELECT thread FROM search_entry WHERE no IN (SELECT rowid FROM search WHERE search MATCH ?))`

/** A word's beginning in FTS5's own syntax (https://www.sqlite.org/fts5.html, 3.1 and 3.3). */
export function matching(term: string): string {
  return `"${term.replaceAll('"', '""')}"*`
}

/** What lies further on in a text is not found: taking apart megabytes would hold up everybody's commits. */
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
