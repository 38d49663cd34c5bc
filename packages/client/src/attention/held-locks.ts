/**
 * The locks of a browser profile, one for each notice: the window that has it is the one to claim and show it.
 *
 * Owns: the names of the locks, when one is given back. Does not know: notices.
 */
import type { Locks } from '../environment/neighbours.ts'

export interface HeldLocks {
  /** `got` is called once the lock is held; at once where the browser has no locks. */
  hold(id: string, got: () => void): void
  /** Gives it back, unless it is kept. */
  release(id: string): void
  /** It stays held for as long as this window lives. */
  keep(id: string): void
  close(): void
}

/** Kept for want of anything else that remembers; a browser has room for many more. */
const MOST_KEPT = 100

export function createHeldLocks(locks: Locks | undefined, closed: AbortSignal): HeldLocks {
  const held = new Map<string, () => void>()
  let kept: readonly string[] = []

  function release(id: string): void {
    if (kept.includes(id)) return
    held.get(id)?.()
    held.delete(id)
  }

  return {
    hold(id, got) {
      if (!locks) {
        got()
        return
      }
      void locks.hold(`holdfast:notice:${id}`, { signal: closed }, () => {
        const { promise, resolve } = Promise.withResolvers<void>()
        held.set(id, resolve)
        got()
        return promise
      })
    },
    release,
    keep(id) {
      kept = [...kept, id]
      const [oldest] = kept
      if (kept.length <= MOST_KEPT || oldest === undefined) return
      kept = kept.slice(1)
      release(oldest)
    },
    close() {
      for (const resolve of held.values()) resolve()
      held.clear()
    },
  }
}
