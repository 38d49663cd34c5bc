/**
 * Group commit: many calls, one transaction, one sync.
 *
 * Owns: where a transaction begins and ends, and what happens to a batch in which a call fails. Does not know: what the
 * calls do.
 *
 * Invariants:
 * - No outcome leaves before COMMIT has returned (G1).
 * - A call that fails before it has changed anything fails alone. If one fails halfway, everything is rolled back and
 *   each call gets its own transaction, so that no other call fails with it.
 * - A process that has lost the database answers its writes with that fault, never with an outcome (fence.ts).
 * - After a fault of the storage nothing of the batch is kept, on disk or in memory, and the next batch may succeed.
 */
import type { DatabaseSync } from 'node:sqlite'
import { StoreFault, type StoreFaultCode } from '../fault.ts'
import type { Fence } from './fence.ts'
import { faultCode, isSqliteError } from './sqlite-error.ts'
import type { Committed, StoreData } from './store-data.ts'

export interface Write {
  readonly id: number
  run(now: number): unknown
}

export type WriteOutcome =
  | { readonly id: number; readonly type: 'answer'; readonly answer: unknown }
  | { readonly id: number; readonly type: 'fault'; readonly code: StoreFaultCode; readonly detail: string }

/** `committed` is absent if the batch changed nothing. */
export interface BatchOutcome {
  readonly outcomes: readonly WriteOutcome[]
  readonly committed: Committed | undefined
  /** The milliseconds that COMMIT took, its sync included. */
  readonly commitMs?: number
}

export interface CommitterOptions {
  readonly database: DatabaseSync
  readonly data: StoreData
  /** The store's clock, which never runs backwards. */
  readonly now: () => number
  /** Called before each COMMIT: simulates a slow disk in measurements. */
  readonly beforeCommit: () => void
  readonly fence: Pick<Fence, 'prove' | 'confirm'>
}

export type Committer = (writes: readonly Write[]) => BatchOutcome[]

export function createCommitter({ database, data, now, beforeCommit, fence }: CommitterOptions): Committer {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const rollback = database.prepare('ROLLBACK')

  /** @throws the error that failed the whole transaction */
  function transaction(writes: readonly Write[]): BatchOutcome {
    begin.run()
    fence.prove()
    const at = now()
    const outcomes: WriteOutcome[] = []
    for (const write of writes) {
      const before = data.changes
      try {
        outcomes.push({ id: write.id, type: 'answer', answer: write.run(at) })
      } catch (error) {
        if (data.changes !== before || !database.isTransaction) throw error
        outcomes.push(fault(write.id, error))
      }
    }
    if (data.changes === 0) {
      // Nothing is staged, and no fold has applied anything that is rolled back, so all folds stay.
      rollback.run()
      return { outcomes, committed: undefined }
    }
    data.write(at)
    const began = performance.now()
    beforeCommit()
    commit.run()
    fence.confirm()
    const commitMs = performance.now() - began
    return { outcomes, committed: data.committed(), commitMs }
  }

  function attempt(writes: readonly Write[]): BatchOutcome | { readonly error: unknown } {
    try {
      return transaction(writes)
    } catch (error) {
      undo()
      return { error }
    }
  }

  function undo(): void {
    data.rolledBack()
    // SQLite rolls back by itself if the disk is full.
    if (database.isTransaction) rollback.run()
  }

  return (writes) => {
    const whole = attempt(writes)
    if (!('error' in whole)) return [whole]
    if (isSqliteError(whole.error) || whole.error instanceof StoreFault || writes.length === 1) {
      return [{ outcomes: writes.map(({ id }) => fault(id, whole.error)), committed: undefined }]
    }
    return writes.map((write) => {
      const alone = attempt([write])
      return 'error' in alone ? { outcomes: [fault(write.id, alone.error)], committed: undefined } : alone
    })
  }
}

function fault(id: number, error: unknown): WriteOutcome {
  return { id, type: 'fault', code: faultCode(error), detail: error instanceof Error ? error.message : String(error) }
}
