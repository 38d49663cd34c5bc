/**
 * Whether the server knows the person. One 401, to any request, holds for everything: also one that arrives late, for a
 * request that was given up (S004-C2). One answer to a request that was sent after the last 401 ends
 * it: the person has signed in, here or elsewhere.
 *
 * Owns: that state. Does not know: what a sign-in is, threads, which requests there are.
 */

import { createListeners, type Observable } from '../observable/observable.ts'
import { TransportError, transportError } from '../transport/error.ts'
import type { RunTransport, Source } from '../transport/port.ts'

export type AccessState = 'granted' | 'signed-out'

export interface Access extends Observable<AccessState> {
  /** The same transport, except that its answers and refusals are noticed here too. */
  watch(transport: RunTransport): RunTransport
  /** The person has signed in. */
  grant(): void
  /** Resolves once the person has signed in; rejects with `aborted`. */
  granted(signal: AbortSignal): Promise<void>
}

export function createAccess(): Access {
  const listeners = createListeners()
  let state: AccessState = 'granted'
  let signIns = 0
  let refusals = 0

  function turn(next: AccessState): void {
    if (state === next) return
    state = next
    listeners.tell()
  }

  function grant(): void {
    signIns += 1
    turn('granted')
  }

  async function watch<R>(ask: (answered: () => void) => Promise<R>): Promise<R> {
    const asked = signIns
    const before = refusals
    const answered = () => {
      if (state === 'signed-out' && before === refusals) grant()
    }
    try {
      const answer = await ask(answered)
      answered()
      return answer
    } catch (cause) {
      // A request from before the sign-in says nothing about now.
      if (transportError(cause).fault.type === 'unauthorized' && asked === signIns) {
        refusals += 1
        turn('signed-out')
      }
      throw cause
    }
  }

  /** A stream is answered once it is open, long before it ends. */
  function opening<S extends Source>(source: S, answered: () => void): S {
    const onOpen = () => {
      answered()
      source.handlers.onOpen()
    }
    return { ...source, handlers: { ...source.handlers, onOpen } }
  }

  return {
    snapshot: () => state,
    subscribe: (listener) => listeners.add(listener),
    watch: (transport) => ({
      ask: (verb, args, signal) => watch(() => transport.ask(verb, args, signal)),
      open: (source, signal) => watch((answered) => transport.open(opening(source, answered), signal)),
    }),
    grant,
    granted: (signal) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (state !== 'granted' && !signal.aborted) return
          undo()
          signal.removeEventListener('abort', look)
          if (signal.aborted) reject(new TransportError({ type: 'aborted' }))
          else resolve()
        }
        const undo = listeners.add(look)
        signal.addEventListener('abort', look)
        look()
      }),
  }
}
