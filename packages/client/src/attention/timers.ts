/** Timers with names: setting one again replaces it. */
import type { Clock } from '@holdfast/core'

export interface Timers {
  has(name: string): boolean
  set(name: string, ms: number, run: () => void): void
  undo(name: string): void
  close(): void
}

export function createTimers(clock: Clock): Timers {
  const pending = new Map<string, () => void>()

  function undo(name: string): void {
    pending.get(name)?.()
    pending.delete(name)
  }

  return {
    has: (name) => pending.has(name),
    set(name, ms, run) {
      undo(name)
      const stop = clock.schedule(ms, () => {
        pending.delete(name)
        run()
      })
      pending.set(name, stop)
    },
    undo,
    close() {
      for (const stop of pending.values()) stop()
      pending.clear()
    },
  }
}
