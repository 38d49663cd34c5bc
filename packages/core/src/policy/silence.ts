/**
 * Detects that the other end of a connection is silent for too long, or does not finish. Counts bytes, not events: a
 * server that sends comments while it thinks is alive. Silence counts only while a read is pending: a reader that
 * pauses does not make the other end silent.
 */
import type { Clock } from './clock.ts'

export interface SilenceLimits {
  /** Milliseconds from the request to the first byte of the response. */
  readonly firstByteMs: number
  /** Milliseconds between two bytes of the response. */
  readonly idleMs: number
}

export type Silence =
  /** The response has not started. */
  | 'first_byte'
  /** The response has stalled. */
  | 'idle'
  /** The response continues, but the time for all of it is over. */
  | 'total'

export interface SilenceWatch {
  /** Bytes have arrived. */
  heard(): void
  /** Settles like the promise, or rejects with `tooLong` if it takes too long. */
  guard<T>(promise: PromiseLike<T>): Promise<T>
}

export interface SilenceOptions extends SilenceLimits {
  readonly clock: Clock
  /** When everything must be over, on the clock. */
  readonly until: number
  readonly tooLong: (silence: Silence) => Error
}

export function createSilenceWatch({ clock, firstByteMs, idleMs, until, tooLong }: SilenceOptions): SilenceWatch {
  let heardAnything = false
  let quietSince = clock.now()

  return {
    heard() {
      heardAnything = true
      quietSince = clock.now()
    },
    guard: (promise) =>
      new Promise((resolve, reject) => {
        if (heardAnything) quietSince = clock.now()
        let undo = () => {}
        const look = () => {
          const now = clock.now()
          const left = Math.min(quietSince + (heardAnything ? idleMs : firstByteMs), until) - now
          if (left > 0) undo = clock.schedule(left, look)
          else if (now >= until) reject(tooLong('total'))
          else reject(tooLong(heardAnything ? 'idle' : 'first_byte'))
        }
        look()
        promise.then(
          (value) => {
            undo()
            resolve(value)
          },
          (error) => {
            undo()
            reject(error)
          },
        )
      }),
  }
}
