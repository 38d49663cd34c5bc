/**
 * The system's time, and the only place of the server that reads it. It starts from the wall clock and never steps
 * afterwards: it times leases, silence and heartbeats, and setting the clock must not end those.
 */
import type { Clock } from '@holdfast/core'

export const systemClock: Clock = {
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  schedule(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
