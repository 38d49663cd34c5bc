/**
 * One attempt of one caller, as `port.ts` promises it: it settles once, and is over at once when its signal says so.
 *
 * Owns: settling. Does not know: what is read, who carries it.
 */
import { TransportError } from '../transport/error.ts'

export interface Attempt {
  readonly done: Promise<void>
  readonly over: boolean
  /** Without an error: ended in order. Twice is harmless. */
  finish(error?: TransportError): void
}

/** `onOver` is called once, in the moment in which it is over. */
export function createAttempt(signal: AbortSignal, onOver: () => void): Attempt {
  const { promise: done, resolve, reject } = Promise.withResolvers<void>()
  let over = false

  function finish(error?: TransportError): void {
    if (over) return
    over = true
    signal.removeEventListener('abort', abort)
    if (error) reject(error)
    else resolve()
    onOver()
  }

  const abort = () => finish(new TransportError({ type: 'aborted' }))
  signal.addEventListener('abort', abort)
  return {
    done,
    get over() {
      return over
    },
    finish,
  }
}
