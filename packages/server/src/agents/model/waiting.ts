/**
 * Whether a provider that refuses for now is asked again, and after how long; pure. Only a refusal that came instead of
 * an answer counts: a call that has said anything is never repeated.
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

/** How far one run has come. */
export interface Waited {
  /** 1 after the first call. */
  readonly attempts: number
  readonly ms: number
}

export type Refused =
  | { readonly type: 'wait'; readonly reason: 'rate_limited' | 'unavailable'; readonly ms: number }
  | { readonly type: 'fail'; readonly failure: AgentFailure }

const BASE_MS = 1_000
const MAX_BACKOFF_MS = 30_000

/** `now` in milliseconds since the epoch; 0 ≤ `random` < 1. */
export function afterRefusal(
  error: unknown,
  { attempts, ms: waited }: Waited,
  { maxAttempts, maxWaitMs }: WaitLimits,
  now: number,
  random: number,
): Refused {
  const failure = failureOf(error)
  const reason = APICallError.isInstance(error) ? reasonOf(error) : undefined
  if (!APICallError.isInstance(error) || !reason) return { type: 'fail', failure }
  const asked = askedWait(error.responseHeaders ?? {}, now)
  const ms = asked ?? backoffDelay({ attempt: attempts - 1, baseMs: BASE_MS, maxMs: MAX_BACKOFF_MS, random })
  if (attempts < maxAttempts && waited + ms <= maxWaitMs) return { type: 'wait', reason, ms }
  return { type: 'fail', failure: asked !== undefined && asked > 0 ? askedTooLong(failure, asked) : failure }
}

/**
 * What the log says of it. A CUSTOM event: any AG-UI client lets it pass, and it adds nothing to the conversation.
 * `value` is `{reason, retryAfterMs, until, attempt, maxAttempts}`; `attempt` is the call that comes next.
 */
export function waitingEvent(
  { reason, ms }: Extract<Refused, { type: 'wait' }>,
  attempt: number,
  { maxAttempts }: WaitLimits,
  now: number,
): Event {
  const value = { reason, retryAfterMs: ms, until: new Date(now + ms).toISOString(), attempt, maxAttempts }
  return { type: EventType.CUSTOM, name: 'holdfast.waiting', value }
}

function reasonOf({ statusCode = 0, responseBody = '' }: APICallError): 'rate_limited' | 'unavailable' | undefined {
  // An account without credit stays so, however long one waits.
  if (statusCode === 429) return /insufficient_quota/.test(responseBody) ? undefined : 'rate_limited'
  return [500, 502, 503, 504, 529].includes(statusCode) ? 'unavailable' : undefined
}

/** Retry-After in seconds or as a date (RFC 9110, 10.2.3), and its finer form in milliseconds. */
function askedWait(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const fine = Number.parseFloat(headers['retry-after-ms'] ?? '')
  if (fine >= 0) return fine
  const given = headers['retry-after'] ?? ''
  if (/^\s*\d+(\.\d+)?\s*$/.test(given)) return Number(given) * 1_000
  const date = Date.parse(given)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

function askedTooLong({ code, cause }: AgentFailure, ms: number): AgentFailure {
  const minutes = Math.ceil(ms / 60_000)
  const time = ms < 60_000 ? `${Math.ceil(ms / 1_000)} seconds` : `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`
  return new AgentFailure(code, `The model provider asks to wait ${time}: try again then.`, { cause })
}
