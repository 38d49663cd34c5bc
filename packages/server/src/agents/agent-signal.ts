/**
 * The abort signal that an agent receives. Agents add listeners to release what they hold. What a listener throws has
 * no caller: Node would treat it as an uncaught exception, and one person's Stop would end the process and everyone's
 * runs.
 *
 * Invariant: what a listener throws, or rejects with, is reported to the creator of the guard, and all other listeners
 * still run. Does not know: what is aborted, or why.
 */
type Listen = AbortSignal['addEventListener']
type Listener = Parameters<Listen>[1]

/** Guards a signal before an agent gets it. The object stays the same. */
export type SignalGuard<Owner> = (signal: AbortSignal, owner: Owner) => void

const { addEventListener, removeEventListener } = AbortSignal.prototype

/**
 * One guard serves all signals, so a waiting run keeps nothing of its own for it. `onThrown` gets the owner of the
 * signal.
 */
export function createSignalGuard<Owner extends object>(
  onThrown: (owner: Owner, error: unknown) => void,
): SignalGuard<Owner> {
  const owners = new WeakMap<EventTarget, Owner>()
  /** By the agent's own listener, so that the agent can remove it. */
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
