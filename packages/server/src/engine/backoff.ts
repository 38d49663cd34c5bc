/** Delays between retries while the store has a fault: exponential with jitter. A wait can be cut short. */
import { backoffDelay, type Clock } from '@holdfast/core'

export interface Backoff {
  /** Milliseconds before retry number `attempt` (from 0). */
  delay(attempt: number): number
  /** Resolves after `ms`, or at once when `cut` is called. */
  wait(ms: number): { readonly over: Promise<void>; readonly cut: () => void }
}

const BASE_MS = 100
const MAX_MS = 5_000

export function createBackoff(clock: Clock, random: () => number): Backoff {
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
