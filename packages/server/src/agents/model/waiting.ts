/**
 * What a provider's refusal means: whether it may be asked again, after how long, and whom it concerns; pure. Only a
 * refusal that came instead of an answer counts: a call that has said anything is never repeated.
 */
import { type Event, EventType } from '@ag-ui/core'
import { backoffDelay } from '@holdfast/core'
import { AgentFailure } from '../failure.ts'
import { failureOf, ownIn } from './failures.ts'
import { type Meaning, meaningOf } from './meaning.ts'
import { ProviderError } from './provider-error.ts'

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
  /** The provider has said how long, and it is more than a moment. */
  readonly isAsked: boolean
  /** It is said of everybody's calls; else it may be about this one conversation, and is nobody else's. */
  readonly isShared: boolean
  readonly failure: AgentFailure
}

/** Of the first wait, where the provider names none. */
const BASE_MS = 1_000
/** Where it says "at once", or refuses in an answer that it had begun: shorter, and still longer with each call. */
const SHORT_BASE_MS = 400
const MAX_BACKOFF_MS = 30_000
/** A wait that is asked for and shorter is none. */
const LEAST_MS = 100

/** Undefined: a wait does not help. `attempts` calls were made; `now` in milliseconds since the epoch; 0 ≤ `random` < 1. */
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

/** No service now, overloaded: of the provider, not of one request. */
const SHARED: ReadonlySet<number> = new Set([503, 529])

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

/**
 * Retry-After in seconds or as a date (RFC 9110, 10.2.3), and its finer form in milliseconds. Proxies add a second one:
 * the longest counts. 0: it may be asked again at once. Undefined: nothing that can be read.
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
  // The comma of a date stands behind its weekday.
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
