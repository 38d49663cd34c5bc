/** How long code that is not ours may take. Does not know: what it does. */
import type { Clock } from '@holdfast/core'

export class TooLong extends Error {
  override readonly name = 'TooLong'
}

/** Settles like the promise, or rejects with `TooLong` after `ms`. */
export function within<T>(clock: Clock, ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const undo = clock.schedule(ms, () => reject(new TooLong(`It took longer than ${ms} ms.`)))
    promise.then(
      (value) => {
        undo()
        resolve(value)
      },
      (error: unknown) => {
        undo()
        reject(error)
      },
    )
  })
}
