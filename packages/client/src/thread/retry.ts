/**
 * Sends a command until there is an answer. Commands are safe to repeat (docs/PROTOCOL.md), so a lost answer is a reason
 * to ask again, with back-off. A command that needs a sign-in waits for it.
 *
 * Owns: when to ask again, and when to stop. Does not know: what is asked.
 *
 * Invariants:
 * - A lost answer is no verdict. After enough attempts, or when the server refuses what an earlier attempt may have
 *   done, the log is asked what happened. While it cannot be read, the command is repeated.
 * - An attempt counts only if it could have been answered: none that was made offline, none that was slept through.
 */
import { backoffDelay } from '@holdfast/core'
import type { Access } from '../access/access.ts'
import type { Environment } from '../environment/port.ts'
import { isUnanswered, TransportError, transportError } from '../transport/error.ts'
import type { Found } from './look-up.ts'

/** Attempts until the log is asked: about three quarters of a minute. */
const MAX_ATTEMPTS = 10
/** An attempt is answered, or fails, within 20 s. One that took this long was slept through. */
const SLEPT_MS = 60_000

export interface RetryOptions<T> {
  readonly environment: Environment
  readonly access: Access
  /** Ends the waiting between two attempts, never an attempt: it may already have arrived. */
  readonly signal: AbortSignal
  /** Refusals worth another attempt. */
  readonly again?: (error: TransportError) => boolean
  /** What the log says about it. */
  readonly find: () => Promise<Found<T>>
  /** Milliseconds since 1970. From then on it is not sent, only looked up. */
  readonly until?: number
}

/** What `ask` resolves to in the end, or what the log shows. Rejects with the last `TransportError`, or `aborted`. */
export async function retry<T>(ask: () => Promise<T>, options: RetryOptions<T>): Promise<T> {
  const { environment, access, signal, again = () => false, find, until = Number.POSITIVE_INFINITY } = options
  const { clock, connectivity } = environment
  let counted = 0
  let inDoubt = false
  let late: TransportError | undefined
  for (let attempt = 0; ; attempt += 1) {
    const begun = clock.now()
    let refused = false
    try {
      if (late && begun > until) throw late
      return await ask()
    } catch (cause) {
      const error = transportError(cause)
      const { type } = error.fault
      if (type === 'aborted') throw error
      if (type === 'unauthorized') {
        await access.granted(signal)
        counted = 0
        continue
      }
      late = error
      refused = !isUnanswered(error) && !again(error)
      if (refused && !inDoubt) throw error
      inDoubt ||= isUnanswered(error)
      const awake = clock.now() - begun < SLEPT_MS
      // A gateway's error page is an answer, whatever the machine believes about its network.
      if (awake && (connectivity.online || type !== 'network')) counted += 1
      if (refused || counted >= MAX_ATTEMPTS || begun > until) {
        const found = await find()
        if (found.type === 'there') return found.value
        if (found.type === 'absent') throw error
      }
    }
    await wait(environment, backoffDelay({ attempt, baseMs: 500, maxMs: 10_000, random: environment.random() }), signal)
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
