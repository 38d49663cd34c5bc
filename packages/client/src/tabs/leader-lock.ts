/**
 * The lock that the leading tab holds.
 *
 * Owns: this tab's one request for it. Does not know: why it is wanted, how long it is held.
 */
import type { Locks } from '../environment/neighbours.ts'

export interface LeaderLock {
  /** Queues for the lock behind all others. */
  queue(): void
  /** Takes the lock at once, from whichever tab holds it. */
  steal(): void
  /** Leaves the queue. */
  leave(): void
}

/** `held` runs once this tab has the lock, and keeps it until its promise settles or the lock is stolen. */
export function createLeaderLock(locks: Locks, name: string, held: (stolen: AbortSignal) => Promise<void>): LeaderLock {
  let waiting = new AbortController()

  return {
    queue() {
      waiting.abort()
      waiting = new AbortController()
      void locks.hold(name, { signal: waiting.signal }, held)
    },
    steal() {
      waiting.abort()
      void locks.hold(name, { steal: true }, held)
    },
    leave() {
      waiting.abort()
    },
  }
}
