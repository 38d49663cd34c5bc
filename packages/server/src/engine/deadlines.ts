/**
 * How long an agent may say nothing, and how long a run may take in all. Silence only counts while somebody listens: an
 * agent that is not asked, because the store is slow, is not silent.
 *
 * One timer for all runs of a process, however many they are and however much they say: it looks at what happened since
 * when it fires, and is set again.
 */
import type { Clock, Failure } from '@holdfast/core'
import type { StopLine } from './stop-line.ts'

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

export interface Watched {
  /** Since when its agent is waited for; undefined while it is not. */
  waitingSince(): number | undefined
}

export interface Deadlines {
  /** From now on. The line is pulled at most once. */
  watch(run: Watched, line: Pick<StopLine, 'pull'>): void
  /** Nothing of it is over any more. Twice is harmless. */
  forget(run: Watched): void
}

interface Term {
  readonly runUntil: number
  readonly line: Pick<StopLine, 'pull'>
}

export function createDeadlines(clock: Clock, { maxSilenceMs, maxRunMs }: RunTimes): Deadlines {
  const terms = new Map<Watched, Term>()
  let undo: (() => void) | undefined

  const silentUntil = (run: Watched, now: number) => (run.waitingSince() ?? now) + maxSilenceMs

  function look(): void {
    const now = clock.now()
    for (const [run, { runUntil, line }] of terms) {
      const failure = failureAt(now, runUntil, silentUntil(run, now))
      if (!failure) continue
      terms.delete(run)
      line.pull({ type: 'fail', failure })
    }
    set()
  }

  function failureAt(now: number, runUntil: number, silentUntil: number): Failure | undefined {
    if (now >= runUntil) return tooLong('The agent did not come to an end', maxRunMs)
    return now >= silentUntil ? tooLong('The agent said nothing', maxSilenceMs) : undefined
  }

  /** For the first that may be over, if nothing is said until then. */
  function set(): void {
    const now = clock.now()
    let next = Number.POSITIVE_INFINITY
    for (const [run, { runUntil }] of terms) next = Math.min(next, runUntil, silentUntil(run, now))
    undo = terms.size === 0 ? undefined : clock.schedule(Math.min(next - now, LONGEST_TIMER_MS), look)
  }

  return {
    watch(run, line) {
      terms.set(run, { runUntil: clock.now() + maxRunMs, line })
      // All have the same time: a later one is not over before the timer fires for those that are there.
      if (!undo) set()
    },
    forget(run) {
      terms.delete(run)
      if (terms.size > 0) return
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
