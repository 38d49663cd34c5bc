/**
 * The bus of one process: a notice reaches every listener before `publish` returns. Owns: who listens. Does not know:
 * what a notice leads to.
 */
import type { Notice } from '../store/port.ts'
import type { Bus } from './port.ts'

export interface InProcessBusOptions {
  /** Told of what a listener threw: the other listeners, and whoever published, never are. */
  readonly onListenerError: (error: unknown) => void
}

export function createInProcessBus({ onListenerError }: InProcessBusOptions): Bus {
  const listeners = new Set<{ readonly hear: (notice: Notice) => void }>()

  return {
    publish(notice) {
      // A copy: who leaves or comes while a notice is on its way does not change who hears it.
      for (const listener of [...listeners]) {
        if (!listeners.has(listener)) continue
        try {
          listener.hear(notice)
        } catch (error) {
          onListenerError(error)
        }
      }
    },
    subscribe(hear) {
      // An object of its own: the same function may listen twice and leave once.
      const listener = { hear }
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
