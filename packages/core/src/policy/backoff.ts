/**
 * How long to wait before a retry: exponential with equal jitter, so that clients that failed together do not retry
 * together, and none retries at once.
 */

export interface Backoff {
  /** 0 for the first retry. */
  readonly attempt: number
  readonly baseMs: number
  readonly maxMs: number
  /** 0 ≤ random < 1, a new one for each call. */
  readonly random: number
}

/** Milliseconds, between half and all of `min(maxMs, baseMs · 2^attempt)`. */
export function backoffDelay({ attempt, baseMs, maxMs, random }: Backoff): number {
  const whole = Math.min(maxMs, baseMs * 2 ** Math.max(0, attempt))
  return whole / 2 + (whole / 2) * random
}
