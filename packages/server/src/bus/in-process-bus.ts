/**
 * The bus of one process: a notice reaches every listener before `publish` returns. Owns: the listeners. Does not know:
 * what a notice leads to.
 */
import type { Notice } from '../store/port.ts'
import type { Bus } from './port.ts'

export interface InProcessBusOptions {
  /** Receives what a listener threw. Other listeners and the publisher are not affected. */
  readonly onListenerError: (error: unknown) => void
}

interface Listener {
  readonly hear: (notice: Notice) => void
  readonly left: boolean
}

export function createInProcessBus({ onListenerError }: InProcessBusOptions): Bus {
  /** Replaced, never mutated, so that subscribing or unsubscribing during a notice skips no listener. */
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
      // A wrapper object, so that the same function can subscribe twice and unsubscribe once.
      const listener = { hear, left: false }
      listeners = [...listeners, listener]
      return () => {
        listener.left = true
        listeners = listeners.filter((other) => other !== listener)
      }
    },
  }
}
