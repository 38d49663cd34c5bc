/** What the pages of one browser share, without a browser: the double of `Shared`, one for each page. */
import type { Shared, SharedChange } from '../environment/port.ts'

export interface ManualShared {
  readonly kept: Map<string, string>
  /** Another page. */
  page(): Shared
  /** Tells every page what the others have written since. A browser does so a moment later, too. */
  deliver(): void
  /** From now on nothing is stored any more. */
  refuse(): void
}

export function createManualShared(kept = new Map<string, string>()): ManualShared {
  const pages = new Set<Set<(change: SharedChange) => void>>()
  let waiting: (() => void)[] = []
  let refuses = false

  function page(): Shared {
    const listeners = new Set<(change: SharedChange) => void>()
    pages.add(listeners)

    function put(name: string, after: string | undefined): void {
      const before = kept.get(name)
      if (before === after) return
      if (after === undefined) kept.delete(name)
      else kept.set(name, after)
      waiting.push(() => {
        for (const others of pages) {
          if (others === listeners) continue
          for (const listener of others) listener({ name, before, after })
        }
      })
    }

    return {
      read: (name) => kept.get(name),
      write(name, text) {
        if (!refuses) put(name, text)
        return !refuses
      },
      remove: (name) => put(name, undefined),
      names: () => [...kept.keys()],
      subscribe(listener) {
        const own = (change: SharedChange) => listener(change)
        listeners.add(own)
        return () => void listeners.delete(own)
      },
    }
  }

  return {
    kept,
    page,
    deliver() {
      while (waiting.length > 0) {
        const now = waiting
        waiting = []
        for (const tell of now) tell()
      }
    },
    refuse() {
      refuses = true
    },
  }
}
