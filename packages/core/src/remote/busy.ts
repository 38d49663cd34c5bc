/**
 * An agent that is still busy with an earlier run of the thread: how it reports that, and how long to wait. Pure.
 * Counts only instead of an answer: a run with any output is not repeated.
 */
import { type Event, EventType } from '@ag-ui/core'
import { backoffDelay } from '../policy/backoff.ts'

export interface BusyLimits {
  /** Calls of a busy agent in total, including the first; 1 never waits. */
  readonly maxAttempts: number
  /** Milliseconds of waiting in total. */
  readonly maxWaitMs: number
}

const BASE_MS = 500
const MAX_BACKOFF_MS = 15_000

/** Conflict, Locked. */
const STATUSES: ReadonlySet<number> = new Set([409, 423])

/** As frameworks phrase it. Each pattern takes a bounded number of steps per position. */
const WORDS: readonly RegExp[] = [
  /\b(thread|run|agent|session|conversation)[ _-]?(is[ _-])?((still|already|currently)[ _-])?(busy|locked|in[ _-]use)\b/i,
  /\balready[ _-](running|active|in[ _-]progress|processing|executing|has an? (active|running))\b/i,
  /\bstill[ _-](running|processing|executing|active|in[ _-]progress|busy)\b/i,
  /\b(another|active|concurrent|previous|existing|while an?) (run|request|invocation|execution)s?\b[^.]{0,80}\b(progress|running|active|not supported|not allowed|exists?|finish|wait)/i,
]

export function saysBusy(words: string): boolean {
  const looked = words.slice(0, 2_000)
  return WORDS.some((form) => form.test(looked))
}

/** Also a 500 that says so: some frameworks turn the exception into one. */
export function isBusy(status: number, body: string): boolean {
  return STATUSES.has(status) || (status >= 400 && status !== 429 && saysBusy(body))
}

/** Milliseconds until the next attempt; undefined: it has waited long enough. 0 ≤ `random` < 1. */
export function nextWait(attempt: number, waitedMs: number, random: number, limits: BusyLimits): number | undefined {
  const ms = Math.max(1, backoffDelay({ attempt: attempt - 1, baseMs: BASE_MS, maxMs: MAX_BACKOFF_MS, random }))
  return attempt < limits.maxAttempts && waitedMs + ms <= limits.maxWaitMs ? ms : undefined
}

/** The same event as a model's wait (docs/PROTOCOL.md). `attempt` is the next one. */
export function busyEvent(attempt: number, ms: number, now: number, { maxAttempts }: BusyLimits): Event {
  const until = new Date(now + ms).toISOString()
  const value = { reason: 'busy', retryAfterMs: ms, until, attempt, maxAttempts }
  return { type: EventType.CUSTOM, name: 'holdfast.waiting', value }
}
