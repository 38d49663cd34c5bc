/**
 * What a provider's refusal means: whether it may be asked again, after how long, and whom it concerns; pure. Only a
 * refusal that came instead of an answer counts: a call that has said anything is never repeated.
 */
import { type Event, EventType } from '@ag-ui/core'
import { backoffDelay } from '@holdfast/core'
import { APICallError } from 'ai'
import { AgentFailure } from '../failure.ts'
import { failureOf } from './failures.ts'

export interface WaitLimits {
  /** Calls in all, the first one included; 1 never waits. */
  readonly maxAttempts: number
  /** Milliseconds of waiting in all. */
  readonly maxWaitMs: number
}

/** A refusal for now. */
export interface Refusal {
  readonly reason: 'rate_limited' | 'unavailable'
  /** When to ask again, from now on. */
  readonly ms: number
  /** The provider has said how long, and it is not none. */
  readonly isAsked: boolean
  /** It is said of everybody's calls; else it may be about this one conversation, and is nobody else's. */
  readonly isShared: boolean
  readonly failure: AgentFailure
}

const BASE_MS = 1_000
const MAX_BACKOFF_MS = 30_000

/** Undefined: a wait does not mend it. `attempts` calls were made; `now` in milliseconds since the epoch; 0 ≤ `random` < 1. */
export function refusalOf(error: unknown, attempts: number, now: number, random: number): Refusal | undefined {
  if (!APICallError.isInstance(error)) return undefined
  const { statusCode = 0, responseHeaders = {} } = error
  const reason = reasonOf(error)
  if (!reason) return undefined
  const asked = askedWait(responseHeaders, now)
  return {
    reason,
    ms: asked ?? backoffDelay({ attempt: attempts - 1, baseMs: BASE_MS, maxMs: MAX_BACKOFF_MS, random }),
    isAsked: asked !== undefined && asked > 0,
    isShared: SHARED.has(statusCode),
    failure: failureOf(error),
  }
}

/** Too many requests, no service now, overloaded: of the account and of the provider, not of one request. */
const SHARED: ReadonlySet<number> = new Set([429, 503, 529])

/**
 * What the log says of a wait that begins at `now` and is over at `until`. A CUSTOM event: any AG-UI client lets it
 * pass, and it adds nothing to the conversation. `value` is `{reason, retryAfterMs, until, attempt, maxAttempts}`;
 * `attempt` is the call that comes next.
 */
export function waitingEvent(
  { reason }: Pick<Refusal, 'reason'>,
  until: number,
  attempt: number,
  { maxAttempts }: Pick<WaitLimits, 'maxAttempts'>,
  now: number,
): Event {
  const over = Math.max(now, until)
  const value = { reason, retryAfterMs: over - now, until: new Date(over).toISOString(), attempt, maxAttempts }
  return { type: EventType.CUSTOM, name: 'holdfast.waiting', value }
}

/** Why others wait too. Without its cause, which quotes the conversation that was refused. */
export function toldToOthers({ reason, isAsked, failure: { code, message } }: Refusal) {
  return { reason, isAsked, failure: new AgentFailure(code, message) }
}

/** The end of a run that would have to wait for `ms` more than it may. */
export function waitedEnough({ isAsked, failure }: Pick<Refusal, 'isAsked' | 'failure'>, ms: number): AgentFailure {
  if (!isAsked || ms <= 0) return failure
  const minutes = Math.ceil(ms / 60_000)
  const time = ms < 60_000 ? `${Math.ceil(ms / 1_000)} seconds` : `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`
  const { code, cause } = failure
  return new AgentFailure(code, `The model provider asks to wait ${time}: try again then.`, { cause })
}

function reasonOf({ statusCode = 0, responseBody = '' }: APICallError): Refusal['reason'] | undefined {
  // An account without credit stays so, however long one waits.
  if (statusCode === 429) return /insufficient_quota/.test(responseBody) ? undefined : 'rate_limited'
  return [500, 502, 503, 504, 529].includes(statusCode) ? 'unavailable' : undefined
}

/** Retry-After in seconds or as a date (RFC 9110, 10.2.3), and its finer form in milliseconds. */
function askedWait(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const fine = Number.parseFloat(headers['retry-after-ms'] ?? '')
  if (fine >= 0 && Number.isFinite(fine)) return fine
  const given = headers['retry-after'] ?? ''
  const seconds = /^\s*\d+(\.\d+)?\s*$/.test(given) ? Number(given) : Number.NaN
  if (Number.isFinite(seconds * 1_000)) return seconds * 1_000
  const date = Date.parse(given)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
