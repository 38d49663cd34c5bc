/**
 * What a provider's refusal means for retrying: whether, after how long, and for whom. Pure. Only a refusal before any
 * output counts: a call with any output is never repeated.
 */
import { type Event, EventType } from '@ag-ui/core'
import { backoffDelay } from '@holdfast/core'
import { AgentFailure } from '../failure.ts'
import { failureOf, ownIn } from './failures.ts'
import { type Meaning, meaningOf } from './meaning.ts'
import { ProviderError } from './provider-error.ts'

export interface WaitLimits {
  /** Calls in total, including the first; 1 never waits. */
  readonly maxAttempts: number
  /** Milliseconds of waiting in total. */
  readonly maxWaitMs: number
}

/** A temporary refusal. */
export interface Refusal {
  readonly reason: 'rate_limited' | 'unavailable'
  /** Milliseconds until the next call. */
  readonly ms: number
  /** The provider named a wait, and it is more than a moment. */
  readonly isAsked: boolean
  /** Whether it concerns all calls. Otherwise it may be about this conversation only, and holds up no other run. */
  readonly isShared: boolean
  readonly failure: AgentFailure
}

/** The first wait if the provider names none. */
const BASE_MS = 1_000
/**
 * The first wait if the provider says "at once", or refuses within a 200: shorter, but still growing with each call.
 */
const SHORT_BASE_MS = 400
const MAX_BACKOFF_MS = 30_000
/** A shorter requested wait counts as none. */
const LEAST_MS = 100

/**
 * Undefined: waiting does not help. `attempts` calls were made; `now` in milliseconds since the epoch; 0 ≤ `random` <
 * 1.
 */
export function refusalOf(error: unknown, attempts: number, now: number, random: number): Refusal | undefined {
  const own = ownIn(error)
  if (!(own instanceof ProviderError)) return undefined
  const meaning = meaningOf(own)
  const reason = REASONS[meaning]
  if (!reason) return undefined
  const asked = askedWait(own.headers, now)
  const isAsked = asked !== undefined && asked >= LEAST_MS
  const baseMs = own.status === 200 || asked !== undefined ? SHORT_BASE_MS : BASE_MS
  return {
    reason,
    ms: isAsked ? asked : backoffDelay({ attempt: attempts - 1, baseMs, maxMs: MAX_BACKOFF_MS, random }),
    isAsked,
    isShared: meaning === 'rate' || SHARED.has(own.status) || SHARED.has(own.innerStatus ?? 0),
    failure: failureOf(own),
  }
}

const REASONS: Partial<Record<Meaning, Refusal['reason']>> = {
  rate: 'rate_limited',
  busy: 'unavailable',
  slow: 'unavailable',
}

/** Unavailable or overloaded: about the provider, not about one request. */
const SHARED: ReadonlySet<number> = new Set([503, 529])

/**
 * The log record of a wait from `now` until `until`. A CUSTOM event: any AG-UI client ignores it, and it adds nothing
 * to the conversation. `value` is `{reason, retryAfterMs, until, attempt, maxAttempts}`; `attempt` is the next call.
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

/** The reason as other waiting runs see it. Without its cause, which quotes the refused conversation. */
export function toldToOthers({ reason, isAsked, failure: { code, message } }: Refusal) {
  return { reason, isAsked, failure: new AgentFailure(code, message) }
}

/** The failure of a run that would have to wait `ms`, which is too long. */
export function waitedEnough({ isAsked, failure }: Pick<Refusal, 'isAsked' | 'failure'>, ms: number): AgentFailure {
  if (!isAsked || ms <= 0) return failure
  const minutes = Math.ceil(ms / 60_000)
  const time = ms < 60_000 ? `${Math.ceil(ms / 1_000)} seconds` : `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`
  const { code, cause } = failure
  return new AgentFailure(code, `The model provider asks to wait ${time}. Try again then.`, { cause })
}

/**
 * Parses Retry-After in seconds or as a date (RFC 9110, 10.2.3), and its variant in milliseconds. Proxies add a second
 * one: the longest counts. 0: retry at once. Undefined: unreadable.
 */
function askedWait(headers: Headers, now: number): number | undefined {
  const fine = headers.get('retry-after-ms') ?? ''
  const waits = fine.split(',').map((each) => millisecondsIn(each, 1))
  const known = (wait: number | undefined) => wait !== undefined
  if (!waits.some(known)) waits.push(...waitsIn(headers.get('retry-after') ?? '', now))
  const all = waits.filter(known)
  return all.length === 0 ? undefined : Math.max(...all)
}

function waitsIn(given: string, now: number): (number | undefined)[] {
  // The comma of a date follows its weekday.
  const pieces = given.match(/(?:\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}, )?[^,]+/gi) ?? []
  return pieces.map((piece) => {
    if (!/[a-z]{3}.{1,40}\d{4}|\d{4}-\d\d-\d\d/i.test(piece)) return millisecondsIn(piece, 1_000)
    const date = Date.parse(piece)
    return Number.isNaN(date) ? undefined : Math.max(0, date - now)
  })
}

function millisecondsIn(given: string, unit: number): number | undefined {
  const count = /^\s*-?\d+(?:\.\d+)?\s*(?:s\s*)?$/.test(given) ? Number.parseFloat(given) * unit : Number.NaN
  return Number.isFinite(count) ? Math.max(0, count) : undefined
}
