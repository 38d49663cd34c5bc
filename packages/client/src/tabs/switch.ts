/**
 * A ReadTransport whose other end can be replaced at any moment. What was open at the old end rejects as `network`; what is
 * asked while there is no end waits.
 *
 * Owns: where the next request goes, whether anything is pending. Does not know: what the ends are.
 */
import { TransportError } from '../transport/error.ts'
import type { ReadTransport } from '../transport/port.ts'

export interface Switch {
  readonly transport: ReadTransport
  /** From now on everything goes there; undefined: it waits until there is an end. */
  use(target: ReadTransport | undefined): void
  /** Whether anything is pending. */
  readonly needed: boolean
}

/** `onNeed` is called when the first request or stream begins to wait or run, and when the last is over. */
export function createSwitch(onNeed: () => void): Switch {
  let target = Promise.withResolvers<ReadTransport>()
  let isThere = false
  let underway = 0

  async function through<T>(act: (to: ReadTransport) => Promise<T>, signal?: AbortSignal): Promise<T> {
    underway += 1
    if (underway === 1) onNeed()
    try {
      return await act(await unlessAborted(target.promise, signal))
    } finally {
      underway -= 1
      if (underway === 0) onNeed()
    }
  }

  const transport: ReadTransport = {
    ask: (verb, args, signal) => through((to) => to.ask(verb, args, signal), signal),
    open: (source, signal) => through((to) => to.open(source, signal), signal),
  }

  return {
    transport,
    use(next) {
      if (isThere) target = Promise.withResolvers()
      isThere = next !== undefined
      if (next) target.resolve(next)
    },
    get needed() {
      return underway > 0
    },
  }
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  const gaveUp = Promise.withResolvers<never>()
  const abort = () => gaveUp.reject(new TransportError({ type: 'aborted' }))
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  try {
    return await Promise.race([promise, gaveUp.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
