/** How the engine waits for a store that has a fault: ever longer, by the clock, until told that it is over. */
import { backoffDelay, type Clock } from '@holdfast/core'

export interface Patience {
  /** Milliseconds before retry number `attempt` (from 0). */
  delay(attempt: number): number
  /** Resolves after `ms`, or at once when `cut` is called. */
  wait(ms: number): { readonly over: Promise<void>; readonly cut: () => void }
}

const BASE_MS = 100
const MAX_MS = 5_000

export function createPatience(clock: Clock, random: () => number): Patience {
  return {
    delay: (attempt) => backoffDelay({ attempt, baseMs: BASE_MS, maxMs: MAX_MS, random: random() }),
    wait(ms) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const undo = clock.schedule(ms, resolve)
      return {
        over: promise,
        cut() {
          undo()
          resolve()
        },
      }
    },
  }
}
