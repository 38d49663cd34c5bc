/**
 * The time of a store, which dates its records, leases and expiries. It follows the wall clock and never runs
 * backwards, not even behind the newest time on record. A start under a wrong clock may have put that time years ahead.
 * The clock then advances with the elapsed time, so that durations and expiries are right and only dates are wrong.
 */

/** The time sources of a store. */
export interface StoreTime {
  /** The wall clock: milliseconds since 1970. */
  now(): number
  /** Monotonic milliseconds, independent of the wall clock. Without it, forward steps of the wall clock count. */
  elapsed?(): number
}

export interface StoreClock {
  now(): number
  /** Milliseconds by which the store's clock is ahead of the wall clock. */
  ahead(): number
}

/**
 * If it is ahead by no more than this, it stands still until the wall clock has caught up: after a small correction by
 * NTP both agree again soon.
 */
const STANDS_STILL_MS = 1_000

/** `floor`: the newest time on record. */
export function createStoreClock({ now: wall, elapsed }: StoreTime, floor = 0): StoreClock {
  let last = floor
  let wallBefore = wall()
  let elapsedBefore = elapsed?.() ?? 0

  function passed(): number {
    const before = elapsed ? elapsedBefore : wallBefore
    wallBefore = wall()
    elapsedBefore = elapsed?.() ?? 0
    return Math.max(0, (elapsed ? elapsedBefore : wallBefore) - before)
  }

  return {
    now() {
      const since = passed()
      const goesOn = last - wallBefore > STANDS_STILL_MS
      last = Math.max(last + (goesOn ? since : 0), wallBefore)
      return Math.floor(last)
    },
    ahead: () => Math.max(0, Math.floor(last) - wall()),
  }
}

/** How far a client's clock may be behind. */
const BEHIND_MS = 60_000

/**
 * The times between which runs were accepted, `until` exclusive. Nothing is accepted later than now, so a range that
 * reaches the present has no end, even if the store is ahead of the wall clock.
 */
export function acceptedWithin(
  {
    since = Number.MIN_SAFE_INTEGER,
    until = Number.MAX_SAFE_INTEGER,
  }: { readonly since?: number; readonly until?: number },
  clock: StoreClock,
): { readonly since: number; readonly until: number } {
  const ahead = clock.ahead()
  if (ahead <= STANDS_STILL_MS) return { since, until }
  const wall = clock.now() - ahead
  return { since, until: until >= wall - BEHIND_MS ? Number.MAX_SAFE_INTEGER : until }
}
