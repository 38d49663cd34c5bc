/** How fast a server may send: a bucket that fills at a steady rate. Does not know: what is sent. */
import type { Clock } from '@holdfast/core'

export interface Pace {
  readonly perSecond: number
  /** May be sent at once. */
  readonly burst: number
}

/** Returns a function that takes `amount` and answers how many milliseconds to wait before the next. */
export function createPace(clock: Clock, { perSecond, burst }: Pace): (amount: number) => number {
  let left = burst
  let at = clock.now()
  return (amount) => {
    const now = clock.now()
    // A clock that was set back adds nothing.
    left = Math.min(burst, left + (Math.max(0, now - at) / 1000) * perSecond) - amount
    at = now
    return left >= 0 ? 0 : Math.ceil((-left / perSecond) * 1000)
  }
}
