/**
 * Trims the logs of threads at rest, a bounded piece at a time, between commits (decision 0116).
 *
 * Owns: the order of the work. Does not know: what is old enough (its caller), what a view contains.
 *
 * Invariants:
 * - One transaction stores the view and moves the log's beginning behind it. Before it nothing is trimmed, after it
 *   everything is, also for a process that is killed.
 * - Segments before the beginning are deleted later. Whether they are still there changes no answer.
 */
import type { DatabaseSync } from 'node:sqlite'
import { isAtRest, type Trimmable, trimTo } from '../decide/retention.ts'
import type { SweepRequest, Swept } from '../port.ts'
import type { Fence } from './fence.ts'
import type { StoreData } from './store-data.ts'
import type { StoredThread } from './threads.ts'

/** Threads that one piece looks at, and segments (of about 64 KiB) that one piece deletes. */
const LOOK = 50
const SEGMENTS = 32

export interface RetentionParts {
  readonly database: DatabaseSync
  readonly data: Pick<StoreData, 'threads' | 'folds' | 'trims'>
  readonly fence: Pick<Fence, 'prove' | 'confirm'>
}

export interface Retention {
  /** Undefined: call again for the next step. */
  sweep(request: SweepRequest): Swept | undefined
}

export function createRetention({ database, data, fence }: RetentionParts): Retention {
  const { threads, folds, trims } = data
  const threadsAfter = database.prepare('SELECT no FROM thread WHERE no > ? ORDER BY no LIMIT ?')
  const runsFrom = database.prepare(
    `SELECT first_seq, last_seq, json_extract(detail, '$.endedAt') AS ended_at FROM run
     WHERE thread = ? AND (last_seq IS NULL OR last_seq >= ?) ORDER BY first_seq`,
  )
  const spent = database.prepare('SELECT 1 FROM segment WHERE thread = ? AND last_seq < ? LIMIT 1')
  const dropSpent = database.prepare(
    `DELETE FROM segment WHERE no IN (
       SELECT no FROM segment WHERE thread = ? AND last_seq < ? ORDER BY first_seq LIMIT ?)`,
  )

  function transact(body: () => boolean): boolean {
    try {
      database.exec('BEGIN IMMEDIATE')
      fence.prove()
      const isChanged = body()
      database.exec(isChanged ? 'COMMIT' : 'ROLLBACK')
      if (isChanged) fence.confirm()
      return isChanged
    } catch (error) {
      folds.rolledBack()
      throw error
    } finally {
      if (database.isTransaction) database.exec('ROLLBACK')
    }
  }

  function upTo(no: number, firstSeq: number, endedBefore: number): number | undefined {
    const runs = runsFrom.all(no, firstSeq).map(
      (row): Trimmable => ({
        firstSeq: Number(row.first_seq),
        ...(row.last_seq !== null && { lastSeq: Number(row.last_seq) }),
        ...(typeof row.ended_at === 'number' && { endedAt: row.ended_at }),
      }),
    )
    return trimTo(runs, endedBefore)
  }

  /** Whether there was anything to do. Undefined: the view is not near yet. */
  function trim({ no, row }: StoredThread, endedBefore: number): number | undefined | 'nothing' {
    const firstSeq = trims.firstSeq(no)
    if (spent.get(no, firstSeq)) {
      transact(() => dropSpent.run(no, firstSeq, SEGMENTS).changes !== 0)
      return 0
    }
    const last = isAtRest(row) ? upTo(no, firstSeq, endedBefore) : undefined
    if (last === undefined || last < firstSeq) return 'nothing'
    const key = { roomId: row.roomId, threadId: row.threadId }
    if (!folds.approach(no, key)) return undefined
    const isTrimmed = transact(() => {
      if (!folds.keep(no, key)) return false
      trims.put(no, last + 1)
      return true
    })
    return isTrimmed ? last + 1 - firstSeq : 'nothing'
  }

  return {
    sweep({ endedBefore, after = 0 }) {
      const numbers = threadsAfter.all(after, LOOK).map(({ no }) => Number(no))
      for (const no of numbers) {
        const thread = threads.byNo(no)
        const trimmed = thread ? trim(thread, endedBefore) : 'nothing'
        if (trimmed === undefined) return undefined
        // Once more the same thread: its segments come next.
        if (trimmed !== 'nothing') return { trimmed, next: no - 1 }
      }
      const last = numbers.at(-1)
      return { trimmed: 0, ...(last !== undefined && numbers.length === LOOK && { next: last }) }
    },
  }
}
