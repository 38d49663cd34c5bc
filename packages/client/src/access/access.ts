/**
 * Whether the server knows who asks. One refusal for want of a sign-in, of whatever was asked, holds for everything:
 * also one that comes late, for something that nobody waits for any more (S004-C2). So does one answer to what was asked
 * after the last refusal: somebody has signed in, wherever that was.
 *
 * Owns: the answer. Does not know: what a sign-in is, threads.
 */

import { createListeners, type Observable } from '../observable/observable.ts'
import { TransportError, transportError } from '../transport/error.ts'
import type { RunTransport } from '../transport/port.ts'

export type AccessState = 'granted' | 'signed-out'

export interface Access extends Observable<AccessState> {
  /** The same transport, except that a refusal is noticed here too. */
  watch(transport: RunTransport): RunTransport
  /** Somebody signed in. */
  grant(): void
  /** Resolves once somebody has signed in; rejects with `aborted`. */
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
      // Asked before somebody signed in, it says nothing of what holds now.
      if (transportError(cause).fault.type === 'unauthorized' && asked === signIns) {
        refusals += 1
        turn('signed-out')
      }
      throw cause
    }
  }

  function watched<A extends readonly unknown[], R>(ask: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
    return (...args) => watch(() => ask(...args))
  }

  /** A stream is answered once it is open, long before it ends. */
  function opening<H extends { onOpen(): void }>(handlers: H, answered: () => void): H {
    return {
      ...handlers,
      onOpen() {
        answered()
        handlers.onOpen()
      },
    }
  }

  return {
    snapshot: () => state,
    subscribe: (listener) => listeners.add(listener),
    watch: (transport) => ({
      agents: watched(() => transport.agents()),
      rooms: watched(() => transport.rooms()),
      createRoom: watched((body) => transport.createRoom(body)),
      changeRoom: watched((roomId, body) => transport.changeRoom(roomId, body)),
      deleteRoom: watched((roomId, options) => transport.deleteRoom(roomId, options)),
      threads: watched((roomId, query) => transport.threads(roomId, query)),
      runs: watched((query) => transport.runs(query)),
      runEvents: watched((key, runId, query) => transport.runEvents(key, runId, query)),
      snapshot: watched((key, signal) => transport.snapshot(key, signal)),
      start: watched((key, body) => transport.start(key, body)),
      cancelRun: watched((key, runId, reason) => transport.cancelRun(key, runId, reason)),
      cancelThread: watched((key, reason) => transport.cancelThread(key, reason)),
      changeThread: watched((key, body) => transport.changeThread(key, body)),
      deleteThread: watched((key, options) => transport.deleteThread(key, options)),
      changeRun: watched((key, runId, body) => transport.changeRun(key, runId, body)),
      changeQueue: watched((key, body) => transport.changeQueue(key, body)),
      presence: watched((body) => transport.presence(body)),
      inbox: watched(() => transport.inbox()),
      openInbox: (cursor, handlers, signal) =>
        watch((answered) => transport.openInbox(cursor, opening(handlers, answered), signal)),
      openLog: (key, after, handlers, signal) =>
        watch((answered) => transport.openLog(key, after, opening(handlers, answered), signal)),
    }),
    grant,
    granted: (signal) =>
      new Promise((resolve, reject) => {
        const settle = (finish: () => void) => () => {
          undo()
          signal.removeEventListener('abort', abort)
          finish()
        }
        const look = () => {
          if (state === 'granted') enter()
        }
        const enter = settle(resolve)
        const abort = settle(() => reject(new TransportError({ type: 'aborted' })))
        const undo = listeners.add(look)
        if (signal.aborted) abort()
        else signal.addEventListener('abort', abort)
        look()
      }),
  }
}
