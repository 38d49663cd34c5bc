/** An answer that may never come: of a database that hangs. */
import type { Clock } from '@holdfast/core'
import { CacheError } from './port.ts'

/** Rejects with `silent` if it takes longer. What comes later is ignored. */
export function inTime<T>(clock: Clock, ms: number, asked: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const undo = clock.schedule(ms, () => reject(new CacheError('silent')))
    asked.then(resolve, reject).finally(undo)
  })
}
