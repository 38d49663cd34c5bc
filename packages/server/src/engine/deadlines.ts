/**
 * How long an agent may say nothing, and how long a run may take in all. Silence only counts while somebody listens: an
 * agent that is not asked, because the store is slow, is not silent.
 *
 * One timer for all runs of a process, however many they are and however much they say: it looks at what happened since
 * when it fires, and is set again.
 */
import type { Clock, Failure } from '@holdfast/core'

export interface RunTimes {
  /** Milliseconds between two events of an agent, or before the first. */
  readonly maxSilenceMs: number
  /** Milliseconds from the call of a run's agent to the run's end. */
  readonly maxRunMs: number
}

/**
 * Ten minutes: longer than any model thinks without a word, and providers send pings. A day: what goes on longer is no
 * answer to anybody, and each run is to end (G4).
 */
export const DEFAULT_RUN_TIMES: RunTimes = { maxSilenceMs: 10 * 60_000, maxRunMs: 24 * 60 * 60_000 }

/** Beyond this node's timers fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export interface Watched {
  /** Since when it is carried out, by the clock. */
  readonly since: number
  /** Since when its agent is waited for; undefined while it is not. */
  readonly waitingSince: number | undefined
}

export interface Deadlines<Run extends Watched> {
  watch(run: Run): void
  /** Nothing of it is over any more. Twice is harmless. */
  forget(run: Run): void
}

/** `onOver` is told of a run at most once, which is forgotten then. */
export function createDeadlines<Run extends Watched>(
  clock: Clock,
  { maxSilenceMs, maxRunMs }: RunTimes,
  onOver: (run: Run, failure: Failure) => void,
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
      onOver(run, failure)
    }
    set()
  }

  function failureAt(now: number, run: Run): Failure | undefined {
    if (now >= run.since + maxRunMs) return tooLong('The agent did not come to an end', maxRunMs)
    return now >= silentUntil(run, now) ? tooLong('The agent said nothing', maxSilenceMs) : undefined
  }

  /** For the first that may be over, if nothing is said until then. */
  function set(): void {
    const now = clock.now()
    let next = Number.POSITIVE_INFINITY
    for (const run of watched) next = Math.min(next, run.since + maxRunMs, silentUntil(run, now))
    undo = watched.size === 0 ? undefined : clock.schedule(Math.min(next - now, LONGEST_TIMER_MS), look)
  }

  return {
    watch(run) {
      watched.add(run)
      // All have the same time: a later one is not over before the timer fires for those that are there.
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

function tooLong(what: string, ms: number): Failure {
  return { code: 'timeout', message: `${what} for ${words(ms)}; what it had said is kept. Try again.` }
}

function words(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  if (minutes < 1) return `${Math.max(1, Math.round(ms / 1_000))} s`
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
}
