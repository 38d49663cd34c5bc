/** Asks again, with back-off, until the server has answered or refused. For requests that are safe to repeat. */
import type { Backoff } from '../follow/backoff.ts'
import { isUnanswered, type TransportError, transportError } from '../transport/error.ts'

export type Answered<T> =
  | { readonly type: 'answer'; readonly value: T }
  | { readonly type: 'refusal'; readonly error: TransportError }

/** Never settles once `closed` is aborted. A missing sign-in is waited for. */
export async function untilAnswered<T>(
  ask: () => Promise<T>,
  { backoff, closed }: { readonly backoff: Backoff; readonly closed: AbortSignal },
): Promise<Answered<T>> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { type: 'answer', value: await ask() }
    } catch (cause) {
      const error = transportError(cause)
      if (!isUnanswered(error) && error.fault.type !== 'unauthorized') return { type: 'refusal', error }
    }
    await new Promise<void>((resolve) => {
      if (closed.aborted) return
      const undo = backoff.wait(attempt, resolve)
      closed.addEventListener('abort', undo)
    })
  }
}
