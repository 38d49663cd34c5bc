/**
 * The system's time: the only place of the server that asks for it. It begins with the clock on the wall and never steps
 * afterwards: what is timed here are leases, silences and beats, and somebody who sets the clock must not end them.
 */
import type { Clock } from '@holdfast/core'

export const systemClock: Clock = {
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  schedule(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
