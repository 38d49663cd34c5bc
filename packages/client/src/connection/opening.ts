/**
 * When the next connection is opened: at most one a second takes others in, and later after each failure.
 *
 * Owns: that timer. Does not know: what is opened, why it is due.
 */
import { backoffDelay, type Clock } from '@holdfast/core'

/** The shortest time between two openings that take others in. */
const REOPEN_MS = 1_000
const LONGEST_PAUSE_MS = 15_000

export interface Opening {
  /** Opens as soon as it may, unless that is planned already. */
  plan(): void
  /** One is opened now: what was planned is done. */
  begun(): void
  succeeded(): void
  failed(): void
  /** Nothing is planned, and no failure remembered. */
  rest(): void
}

export interface OpeningOptions {
  readonly clock: Clock
  /** Asked again when the time has come. */
  isDue(): boolean
  open(): void
}

export function createOpening({ clock, isDue, open }: OpeningOptions): Opening {
  let openedAt = Number.NEGATIVE_INFINITY
  let failures = 0
  let undoTimer: (() => void) | undefined

  function forget(): void {
    undoTimer?.()
    undoTimer = undefined
  }

  function pauseMs(): number {
    if (failures > 0) return backoffDelay({ attempt: failures, baseMs: REOPEN_MS, maxMs: LONGEST_PAUSE_MS, random: 1 })
    // By a clock that may be set back meanwhile.
    return Math.max(0, Math.min(REOPEN_MS, openedAt + REOPEN_MS - clock.now()))
  }

  return {
    plan() {
      undoTimer ??= clock.schedule(pauseMs(), () => {
        undoTimer = undefined
        if (isDue()) open()
      })
    },
    begun() {
      forget()
      openedAt = clock.now()
    },
    succeeded() {
      failures = 0
    },
    failed() {
      failures += 1
    },
    rest() {
      forget()
      failures = 0
    },
  }
}
