/**
 * An agent that is still at an earlier run of the thread: how it says so, and how long to wait for it; pure. Only said
 * instead of an answer does it mean that: a run that has said anything is not asked again.
 */
import { type Event, EventType } from '@ag-ui/core'
import { backoffDelay } from '@holdfast/core'

export interface BusyLimits {
  /** Times that an agent is asked that is still busy, the first one included; 1 never waits. */
  readonly maxAttempts: number
  /** Milliseconds of waiting in all. */
  readonly maxWaitMs: number
}

const BASE_MS = 500
const MAX_BACKOFF_MS = 15_000

/** Conflict, Locked. */
const STATUSES: ReadonlySet<number> = new Set([409, 423])

/** As the frameworks put it; each form takes a bounded number of steps at each place of the text. */
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

/** Also a 500 that says so: an exception that a framework has made into one. */
export function isBusy(status: number, body: string): boolean {
  return STATUSES.has(status) || (status >= 400 && status !== 429 && saysBusy(body))
}

/** Milliseconds until the next try; undefined: enough was waited. 0 ≤ `random` < 1. */
export function nextWait(attempt: number, waitedMs: number, random: number, limits: BusyLimits): number | undefined {
  const ms = Math.max(1, backoffDelay({ attempt: attempt - 1, baseMs: BASE_MS, maxMs: MAX_BACKOFF_MS, random }))
  return attempt < limits.maxAttempts && waitedMs + ms <= limits.maxWaitMs ? ms : undefined
}

/** The same event as a model's wait (docs/PROTOCOL.md): `attempt` is the try that comes next. */
export function busyEvent(attempt: number, ms: number, now: number, { maxAttempts }: BusyLimits): Event {
  const until = new Date(now + ms).toISOString()
  const value = { reason: 'busy', retryAfterMs: ms, until, attempt, maxAttempts }
  return { type: EventType.CUSTOM, name: 'holdfast.waiting', value }
}
