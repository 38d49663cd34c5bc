/** What `browserEnvironment()` is in a page, for a program without one: always visible, always online. */
import type { Environment } from '@holdfast/client'

const later = (ms: number, run: () => void) => {
  const timer = setTimeout(run, ms)
  return () => clearTimeout(timer)
}

export function nodeEnvironment(): Environment {
  const kept = new Map<string, string>()
  return {
    clock: { now: Date.now, schedule: later },
    frames: { next: (run) => later(16, run) },
    visibility: { hidden: false, subscribe: () => () => {} },
    connectivity: { online: true, subscribe: () => () => {} },
    keep: {
      read: (name) => kept.get(name),
      write: (name, text) => void kept.set(name, text),
      remove: (name) => void kept.delete(name),
      names: () => [...kept.keys()],
    },
    random: Math.random,
    mintId: () => crypto.randomUUID(),
  }
}
