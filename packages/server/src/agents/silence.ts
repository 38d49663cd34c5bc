/**
 * Notices when somebody at the other end of a socket says nothing for too long, or does not come to an end. Counts bytes,
 * not events: who sends comments while it thinks is alive. Silence only counts while somebody waits: a reader that pauses
 * does not make the other end silent.
 */
import type { Clock } from '@holdfast/core'

export interface SilenceLimits {
  /** Milliseconds from the request to the first byte of the answer. */
  readonly firstByteMs: number
  /** Milliseconds between two of its bytes. */
  readonly idleMs: number
}

export type Silence =
  /** It has not begun. */
  | 'first_byte'
  /** It has stopped in the middle. */
  | 'idle'
  /** It goes on, and the time for all of it is over. */
  | 'total'

export interface SilenceWatch {
  /** Bytes have arrived. */
  heard(): void
  /** The promise's own end, or a rejection with `tooLong` when it was waited for too long. */
  guard<T>(promise: PromiseLike<T>): Promise<T>
}

export interface SilenceOptions extends SilenceLimits {
  readonly clock: Clock
  /** By the clock: when everything has to be over. */
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
