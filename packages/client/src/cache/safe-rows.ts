/**
 * Rows that never fail: in the browser's database as long as it works, and in memory from its first failure on.
 *
 * Owns: which of the two, how long a database may take. Does not know: what is in the rows.
 */
import type { Clock } from '@holdfast/core'
import { CacheError, type CacheRows, type CacheTrouble } from './port.ts'
import { inTime } from './within.ts'

/** A page that is opened waits for its first row no longer than this. */
const OPEN_MS = 1_500
const READ_MS = 1_000
/** Other pages may be writing too, and a long thread takes a while. */
const WRITE_MS = 15_000

export interface SafeRowsOptions {
  /** Rejects with a `CacheError`. `lost`: the database was taken away later. */
  open(lost: (trouble: CacheTrouble) => void): Promise<CacheRows>
  readonly memory: CacheRows
  readonly clock: Clock
  /** Called once. */
  fellBack(trouble: CacheTrouble): void
}

export interface SafeRows {
  read<T>(act: (rows: CacheRows) => Promise<T>): Promise<T | undefined>
  write(act: (rows: CacheRows) => Promise<void>): Promise<void>
}

export function createSafeRows({ open, memory, clock, fellBack }: SafeRowsOptions): SafeRows {
  let failed = false
  let opened: Promise<CacheRows> | undefined

  function fall(cause: unknown): void {
    if (failed) return
    failed = true
    void opened?.then((rows) => rows.close()).catch(() => {})
    fellBack(cause instanceof CacheError ? cause.trouble : 'unavailable')
  }

  async function run<T>(act: (rows: CacheRows) => Promise<T>, ms: number): Promise<T | undefined> {
    if (!failed) {
      try {
        opened ??= inTime(
          clock,
          OPEN_MS,
          open((trouble) => fall(new CacheError(trouble))),
        )
        const rows = await opened
        if (!failed) return await inTime(clock, ms, act(rows))
      } catch (cause) {
        fall(cause)
      }
    }
    return act(memory).catch(() => undefined)
  }

  return {
    read: (act) => run(act, READ_MS),
    write: async (act) => {
      await run(act, WRITE_MS)
    },
  }
}
