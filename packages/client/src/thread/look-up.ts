/**
 * Asks a thread's log what became of a command whose answers were lost.
 *
 * Owns: the question. Does not know: which command, what follows from the answer.
 */
import type { ThreadKey, ThreadSnapshot } from '@holdfast/core'
import { problemOf, transportError } from '../transport/error.ts'
import type { RunTransport } from '../transport/port.ts'

export type Found<T> =
  | { readonly type: 'there'; readonly value: T }
  /** The server says so: it is not in the log, or there is no such thread. */
  | { readonly type: 'absent' }
  /** The log cannot be read now. That is no proof of absence. */
  | { readonly type: 'unknown' }

/** `read` returns what it looks for, or undefined if the log does not show it. */
export type LookUp = <T>(read: (snapshot: ThreadSnapshot) => T | undefined) => Promise<Found<T>>

export function createLookUp(transport: RunTransport, key: ThreadKey, signal: AbortSignal): LookUp {
  return async (read) => {
    try {
      const snapshot = await transport.ask('snapshot', [key], signal)
      if (!Array.isArray(snapshot?.runs) || !Array.isArray(snapshot.queue)) return { type: 'unknown' }
      const value = read(snapshot)
      return value === undefined ? { type: 'absent' } : { type: 'there', value }
    } catch (cause) {
      const code = problemOf(transportError(cause))?.code
      return { type: code === 'not_found' || code === 'deleted' ? 'absent' : 'unknown' }
    }
  }
}
