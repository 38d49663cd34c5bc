/**
 * The signal that an agent is given. Agents listen to it in order to close what they hold, and what they throw there has
 * no caller: node makes an uncaught exception of it, and a person's Stop would end the process and everybody's runs.
 *
 * Invariant: what a listener throws, or rejects with, is told to whoever made the signal; all other listeners hear of the
 * abort all the same. Does not know: what is aborted, or why.
 */
type OnThrown = (error: unknown) => void
type Listen = AbortSignal['addEventListener']
type Listener = Parameters<Listen>[1]

const told = new WeakMap<EventTarget, OnThrown>()
/** By the agent's own, so that it can take it back. */
const guarded = new WeakMap<object, (event: Event) => void>()

const { addEventListener, removeEventListener } = AbortSignal.prototype

/** One for all: a run that waits keeps nothing more for it. */
const GUARDED: object = Object.create(AbortSignal.prototype, {
  addEventListener: {
    value(this: AbortSignal, type: 'abort', listener: Listener, options?: Parameters<Listen>[2]) {
      addEventListener.call(this, type, guard(listener), options)
    },
  },
  removeEventListener: {
    value(this: AbortSignal, type: 'abort', listener: Listener, options?: Parameters<Listen>[2]) {
      removeEventListener.call(this, type, guard(listener), options)
    },
  },
})

/** The signal itself, as an agent may have it. */
export function guardSignal(signal: AbortSignal, onThrown: OnThrown): AbortSignal {
  told.set(signal, onThrown)
  return Object.setPrototypeOf(signal, GUARDED)
}

function guard(listener: Listener): Listener {
  if ((typeof listener !== 'object' && typeof listener !== 'function') || listener === null) return listener
  const known = guarded.get(listener)
  if (known) return known
  function hear(this: EventTarget, event: Event): void {
    const tell = told.get(this)
    try {
      const given: unknown =
        typeof listener === 'function' ? listener.call(this as AbortSignal, event) : listener.handleEvent(event)
      void Promise.resolve(given).catch((error) => tell?.(error))
    } catch (error) {
      tell?.(error)
    }
  }
  guarded.set(listener, hear)
  return hear
}
