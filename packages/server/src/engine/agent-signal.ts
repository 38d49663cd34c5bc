/**
 * The signal that an agent is given. Agents listen to it in order to close what they hold, and what they throw there has
 * no caller: node makes an uncaught exception of it, and a person's Stop would end the process and everybody's runs.
 *
 * Invariant: what a listener throws, or rejects with, is told to whoever guards the signal; all other listeners hear of
 * the abort all the same. Does not know: what is aborted, or why.
 */
type Listen = AbortSignal['addEventListener']
type Listener = Parameters<Listen>[1]

/** Makes a signal one that an agent may have; it stays the same object. */
export type SignalGuard<Owner> = (signal: AbortSignal, owner: Owner) => void

const { addEventListener, removeEventListener } = AbortSignal.prototype

/** One for all signals: `onThrown` is told whose it was, and a run that waits keeps nothing of its own for it. */
export function createSignalGuard<Owner extends object>(
  onThrown: (owner: Owner, error: unknown) => void,
): SignalGuard<Owner> {
  const owners = new WeakMap<EventTarget, Owner>()
  /** By the agent's own, so that it can take it back. */
  const guarded = new WeakMap<object, (event: Event) => void>()

  const prototype: object = Object.create(AbortSignal.prototype, {
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

  function guard(listener: Listener): Listener {
    if ((typeof listener !== 'object' && typeof listener !== 'function') || listener === null) return listener
    const known = guarded.get(listener)
    if (known) return known
    function hear(this: EventTarget, event: Event): void {
      const owner = owners.get(this)
      const tell = (error: unknown) => owner && onThrown(owner, error)
      try {
        const given: unknown =
          typeof listener === 'function' ? listener.call(this as AbortSignal, event) : listener.handleEvent(event)
        void Promise.resolve(given).catch(tell)
      } catch (error) {
        tell(error)
      }
    }
    guarded.set(listener, hear)
    return hear
  }

  return (signal, owner) => {
    owners.set(signal, owner)
    Object.setPrototypeOf(signal, prototype)
  }
}
