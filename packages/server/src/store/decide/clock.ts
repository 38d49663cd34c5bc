/**
 * The time of a store: what dates its records, leases and expiries. It follows the clock on the wall and never runs
 * backwards, nor before the newest time on record. A start under a wrong clock may have put that years ahead: then it goes
 * on with the time that passes, so that durations and expiries are right, and only dates are not.
 */

/** What a store reads its time from. */
export interface StoreTime {
  /** The clock on the wall: milliseconds since 1970. */
  now(): number
  /** Milliseconds that only grow and know nothing of the wall. Without it, what the wall goes forwards counts. */
  elapsed?(): number
}

export interface StoreClock {
  now(): number
  /** Milliseconds by which it is ahead of the wall. */
  ahead(): number
}

/** So far ahead it stands still until the wall has caught up: a clock that is set right by a network is back at once. */
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
 * The times between which runs were accepted, `until` exclusive. Nothing is accepted later than now: a range that reaches
 * the present has no end, also where the store is ahead of the wall.
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
