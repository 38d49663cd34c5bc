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

interface Listener {
  readonly hear: (notice: Notice) => void
  readonly left: boolean
}

export function createInProcessBus({ onListenerError }: InProcessBusOptions): Bus {
  /** Never changed, only replaced: who leaves or comes while a notice is on its way disturbs nobody's turn. */
  let listeners: readonly Listener[] = []

  return {
    publish(notice) {
      for (const listener of listeners) {
        if (listener.left) continue
        try {
          listener.hear(notice)
        } catch (error) {
          onListenerError(error)
        }
      }
    },
    subscribe(hear) {
      // An object of its own: the same function may listen twice and leave once.
      const listener = { hear, left: false }
      listeners = [...listeners, listener]
      return () => {
        listener.left = true
        listeners = listeners.filter((other) => other !== listener)
      }
    },
  }
}
