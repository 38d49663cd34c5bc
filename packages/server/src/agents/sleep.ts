/** Sleeping on an injected clock: how agents let time pass. */
import type { Clock } from '@holdfast/core'

/** Resolves after `ms` milliseconds. Rejects with the signal's reason when it aborts, at once if it already has. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const undo = clock.schedule(ms, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    const onAbort = () => {
      undo()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** Never resolves. Rejects with the signal's reason when it aborts; without a signal it waits forever. */
export function forever(signal?: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
