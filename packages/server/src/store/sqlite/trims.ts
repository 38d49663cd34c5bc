/** The `trimmed` table: from where the logs begin that were trimmed. Does not know: why, or what was there. */
import type { DatabaseSync } from 'node:sqlite'

export interface Trims {
  /** The oldest position of the thread's log. 1: nothing was trimmed. */
  firstSeq(thread: number): number
  put(thread: number, firstSeq: number): void
  drop(thread: number): void
}

export function createTrims(database: DatabaseSync): Trims {
  const get = database.prepare('SELECT first_seq FROM trimmed WHERE thread = ?')
  const put = database.prepare('INSERT OR REPLACE INTO trimmed (thread, first_seq) VALUES (?, ?)')
  const drop = database.prepare('DELETE FROM trimmed WHERE thread = ?')
  return {
    firstSeq: (thread) => Number(get.get(thread)?.first_seq ?? 1),
    put: (thread, firstSeq) => void put.run(thread, firstSeq),
    drop: (thread) => void drop.run(thread),
  }
}
