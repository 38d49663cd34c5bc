/**
 * How long to wait before trying again: exponential with equal jitter, so that many who failed together do not come back
 * together, and nobody comes back at once.
 */

export interface Backoff {
  /** 0 for the first retry. */
  readonly attempt: number
  readonly baseMs: number
  readonly maxMs: number
  /** 0 ≤ random < 1, a fresh throw. */
  readonly random: number
}

/** Milliseconds: between half of and the whole of `min(maxMs, baseMs · 2^attempt)`. */
export function backoffDelay({ attempt, baseMs, maxMs, random }: Backoff): number {
  const whole = Math.min(maxMs, baseMs * 2 ** Math.max(0, attempt))
  return whole / 2 + (whole / 2) * random
}
