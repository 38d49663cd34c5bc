/**
 * Sweeps the store once an hour for logs that are old enough to be trimmed, a piece at a time, with a pause after each.
 * Does not know: what is trimmed, and how (decision 0116).
 *
 * Invariant: a machine that starts with a wrong clock, and sets it within minutes, trims nothing by the wrong one, nor
 * does one whose clock goes wrong later. What is trimmed does not come back.
 */
import type { Clock } from '@holdfast/core'
import type { RetentionStore } from '../store/port.ts'

const SWEEP_MS = 3_600_000
/** From the start to the first sweep, for the clock to be set. */
const FIRST_MS = 600_000
/** Between two pieces, so that a sweep never keeps the store busy. */
const PAUSE_MS = 20

export interface RetentionLoop {
  /** Resolves when the last piece is done. */
  stop(): Promise<void>
}

export interface RetentionLoopOptions {
  readonly retention: RetentionStore
  readonly clock: Clock
  /** The wall clock as it is set at that moment. */
  readonly wallNow: () => number
  /** Runs that ended longer ago keep only their outcome and their messages. In milliseconds. */
  readonly keepMs: number
  /** Called for each sweep that has trimmed something. */
  readonly onTrimmed: (records: number) => void
  readonly onFault: (error: unknown) => void
}

export function startRetention({
  retention,
  clock,
  wallNow,
  keepMs,
  onTrimmed,
  onFault,
}: RetentionLoopOptions): RetentionLoop {
  let stopped = false
  let undo = () => {}
  let working = Promise.resolve()
  let trimmed = 0

  async function piece(after?: number): Promise<void> {
    let next: number | undefined
    // The one does not follow a clock that is set wrong meanwhile, the other is right once it was set right.
    const now = Math.min(clock.now(), wallNow())
    try {
      const swept = await retention.sweep({ endedBefore: now - keepMs, ...(after !== undefined && { after }) })
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

  plan(FIRST_MS)
  return {
    async stop() {
      stopped = true
      undo()
      await working
    },
  }
}
