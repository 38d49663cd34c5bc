/** Locks within one page, where the browser has none: a page that came over plain HTTP from another machine. */
import type { Locks } from '../environment/neighbours.ts'

export function createPageLocks(): Locks {
  const held = new Map<string, Promise<void>>()
  return {
    async hold(name, { signal }, body) {
      const before = held.get(name)
      const own = (before ?? Promise.resolve()).then(() =>
        signal?.aborted ? undefined : body(new AbortController().signal),
      )
      const settled = own.then(
        () => {},
        () => {},
      )
      held.set(name, settled)
      await settled
      if (held.get(name) === settled) held.delete(name)
    },
  }
}
