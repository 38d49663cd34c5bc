/** The system's time: the only place of the server that asks for it. */
import type { Clock } from '@holdfast/core'

export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
