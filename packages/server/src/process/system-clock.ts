/**
 * The system's time. It starts from the wall clock and never steps afterwards: it times leases, silence and heartbeats,
 * and setting the clock must not end those.
 */
import type { Clock } from '@holdfast/core'

export const systemClock: Clock = {
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  schedule(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

/** What the clock on the wall says now: for other machines, and for dates that outlive this process. */
export const wallNow = (): number => Date.now()
