/**
 * How long an agent may say nothing, and how long a run may take in all. Silence only counts while somebody listens: an
 * agent that is not asked, because the store is slow, is not silent.
 *
 * One timer a run, however much it says: it looks at what happened since when it fires, and is set again.
 */
import type { Clock, Failure } from '@holdfast/core'

export interface RunTimes {
  /** Milliseconds between two events of an agent, or before the first. */
  readonly maxSilenceMs: number
  /** Milliseconds from the claim of a run to its end. */
  readonly maxRunMs: number
}

/**
 * Ten minutes: longer than any model thinks without a word, and providers send pings. A day: what goes on longer is no
 * answer to anybody, and each run is to end (G4).
 */
export const DEFAULT_RUN_TIMES: RunTimes = { maxSilenceMs: 10 * 60_000, maxRunMs: 24 * 60 * 60_000 }

/** Beyond this node's timers fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export interface Deadlines {
  /** From now on the agent is waited for. */
  asked(): void
  /** It has answered. */
  heard(): void
  /** Nothing is over any more. Twice is harmless. */
  stop(): void
}

export function createDeadlines(
  clock: Clock,
  { maxSilenceMs, maxRunMs }: RunTimes,
  over: (failure: Failure) => void,
): Deadlines {
  const runUntil = clock.now() + maxRunMs
  let askedAt: number | undefined
  let undo = () => {}

  function look(): void {
    const now = clock.now()
    const silentUntil = (askedAt ?? now) + maxSilenceMs
    if (now >= runUntil) over(tooLong('The agent did not come to an end', maxRunMs))
    else if (now >= silentUntil) over(tooLong('The agent said nothing', maxSilenceMs))
    else undo = clock.schedule(Math.min(silentUntil - now, runUntil - now, LONGEST_TIMER_MS), look)
  }
  look()

  return {
    asked() {
      askedAt = clock.now()
    },
    heard() {
      askedAt = undefined
    },
    stop: () => undo(),
  }
}

function tooLong(what: string, ms: number): Failure {
  return { code: 'timeout', message: `${what} for ${words(ms)}; what it had said is kept. Try again.` }
}

function words(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  if (minutes < 1) return `${Math.max(1, Math.round(ms / 1_000))} s`
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
}
