/**
 * Sweeps the store once an hour for logs that are old enough to be trimmed, a piece at a time, with a pause after each.
 * Does not know: what is trimmed, and how (decision 0116).
 */
import type { Clock } from '@holdfast/core'
import type { RetentionStore } from '../store/port.ts'

const SWEEP_MS = 3_600_000
/** Between two pieces, so that a sweep never keeps the store busy. */
const PAUSE_MS = 20

export interface RetentionLoop {
  /** Resolves when the last piece is done. */
  stop(): Promise<void>
}

export interface RetentionLoopOptions {
  readonly retention: RetentionStore
  readonly clock: Clock
  /** Runs that ended longer ago keep only their outcome and their messages. In milliseconds. */
  readonly keepMs: number
  /** Called for each sweep that has trimmed something. */
  readonly onTrimmed: (records: number) => void
  readonly onFault: (error: unknown) => void
}

export function startRetention({ retention, clock, keepMs, onTrimmed, onFault }: RetentionLoopOptions): RetentionLoop {
  let stopped = false
  let undo = () => {}
  let working = Promise.resolve()
  let trimmed = 0

  async function piece(after?: number): Promise<void> {
    let next: number | undefined
    try {
      const swept = await retention.sweep({ endedBefore: clock.now() - keepMs, ...(after !== undefined && { after }) })
      trimmed += swept.trimmed
      next = swept.next
    } catch (error) {
      onFault(error)
    }
    if (stopped) return
    if (next === undefined && trimmed > 0) {
      onTrimmed(trimmed)
      trimmed = 0
    }
    plan(next === undefined ? SWEEP_MS : PAUSE_MS, next)
  }

  function plan(ms: number, after?: number): void {
    undo = clock.schedule(ms, () => {
      working = piece(after)
    })
  }

  plan(0)
  return {
    async stop() {
      stopped = true
      undo()
      await working
    },
  }
}
