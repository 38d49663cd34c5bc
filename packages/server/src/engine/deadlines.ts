/**
 * Deadlines of a run: how long its agent may be silent, and how long it may take in all. Silence counts only while the
 * engine waits for the agent: an agent that is not asked because the store is slow is not silent.
 *
 * All runs of a process share one timer. When it fires, it looks at every run and is set again for the next deadline.
 */
import type { Clock, Failure } from '@holdfast/core'

export interface RunTimes {
  /** Milliseconds between two events of an agent, and before the first. */
  readonly maxSilenceMs: number
  /** Milliseconds from the call of a run's agent to the run's end. */
  readonly maxRunMs: number
}

/**
 * Ten minutes: longer than any model thinks without an event, and providers send pings. One day: a run that takes
 * longer answers nobody, and every run must end (G4).
 */
export const DEFAULT_RUN_TIMES: RunTimes = { maxSilenceMs: 10 * 60_000, maxRunMs: 24 * 60 * 60_000 }

const KEPT = 'What it had said is kept. Try again.'

/** Node's timers fire at once beyond this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export interface Watched {
  /** When its execution started, on the clock. */
  readonly since: number
  /** Since when its agent is awaited; undefined while it is not. */
  readonly waitingSince: number | undefined
}

export interface Deadlines<Run extends Watched> {
  watch(run: Run): void
  /** Stops watching the run. Idempotent. */
  forget(run: Run): void
}

/** `onExpired` is called at most once per run, which is then no longer watched. */
export function createDeadlines<Run extends Watched>(
  clock: Clock,
  { maxSilenceMs, maxRunMs }: RunTimes,
  onExpired: (run: Run, failure: Failure) => void,
): Deadlines<Run> {
  const watched = new Set<Run>()
  let undo: (() => void) | undefined

  const silentUntil = (run: Run, now: number) => (run.waitingSince ?? now) + maxSilenceMs

  function look(): void {
    const now = clock.now()
    for (const run of watched) {
      const failure = failureAt(now, run)
      if (!failure) continue
      watched.delete(run)
      onExpired(run, failure)
    }
    set()
  }

  function failureAt(now: number, run: Run): Failure | undefined {
    if (now >= run.since + maxRunMs) {
      return { code: 'timeout', message: `The agent did not finish within ${words(maxRunMs)}. ${KEPT}` }
    }
    if (now < silentUntil(run, now)) return undefined
    const nothing = 'The agent made no progress: nothing came from it, its tools or its sub-agents'
    return { code: 'no_progress', message: `${nothing} for ${words(maxSilenceMs)}. ${KEPT}` }
  }

  /** Sets the timer for the earliest deadline, if no event arrives until then. */
  function set(): void {
    const now = clock.now()
    let next = Number.POSITIVE_INFINITY
    for (const run of watched) next = Math.min(next, run.since + maxRunMs, silentUntil(run, now))
    undo = watched.size === 0 ? undefined : clock.schedule(Math.min(next - now, LONGEST_TIMER_MS), look)
  }

  return {
    watch(run) {
      watched.add(run)
      // All runs have the same limits, so a later one cannot expire before the timer that is already set.
      if (!undo) set()
    },
    forget(run) {
      watched.delete(run)
      if (watched.size > 0) return
      undo?.()
      undo = undefined
    },
  }
}

function words(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  if (minutes < 1) return `${Math.max(1, Math.round(ms / 1_000))} s`
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
}
