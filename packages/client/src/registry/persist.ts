/**
 * Sending a command until it is answered: commands are safe to repeat (docs/PROTOCOL.md), so a lost answer is a reason
 * to ask again, with back-off, for as long as a person would wait. What needs a sign-in waits for it, however long.
 *
 * Owns: when to ask again. Does not know: what is asked.
 */
import { backoffDelay } from '@holdfast/core'
import type { Environment } from '../environment/port.ts'
import { isTransient, TransportError, transportError } from '../transport/error.ts'
import type { Access } from './access.ts'

/** How long a command is repeated before its sender hears that it failed. */
const PATIENCE_MS = 60_000

export interface PersistOptions {
  readonly environment: Environment
  readonly access: Access
  /** Ends the waiting between two attempts, never an attempt: what is under way may already have arrived. */
  readonly signal: AbortSignal
  /** Further errors worth another attempt. */
  readonly again?: (error: TransportError) => boolean
}

/** What `ask` resolves to in the end. Rejects with its last `TransportError`, or `aborted`. */
export async function persist<T>(ask: () => Promise<T>, options: PersistOptions): Promise<T> {
  const { environment, access, signal, again = () => false } = options
  let until = environment.clock.now() + PATIENCE_MS
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask()
    } catch (cause) {
      const error = transportError(cause)
      if (error.fault.type === 'unauthorized') {
        await access.granted(signal)
        until = environment.clock.now() + PATIENCE_MS
        continue
      }
      const pause = backoffDelay({ attempt, baseMs: 500, maxMs: 10_000, random: environment.random() })
      if (!isTransient(error) && !again(error)) throw error
      if (environment.clock.now() + pause > until) throw error
      await wait(environment, pause, signal)
    }
  }
}

function wait({ clock, connectivity }: Environment, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => () => {
      undoTimer()
      undoOnline()
      signal.removeEventListener('abort', abort)
      finish()
    }
    const wake = settle(resolve)
    const abort = settle(() => reject(new TransportError({ type: 'aborted' })))
    const undoTimer = clock.schedule(ms, wake)
    const undoOnline = connectivity.subscribe(() => {
      if (connectivity.online) wake()
    })
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort)
  })
}
