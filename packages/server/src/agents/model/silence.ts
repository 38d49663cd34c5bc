/**
 * Notices when a provider says nothing for too long. Counts bytes, not events: a provider that sends comments while it
 * thinks is alive. Only while somebody waits: a reader that pauses does not make the provider silent.
 */
import type { Clock } from '@holdfast/core'
import { AgentFailure } from '../failure.ts'

export interface SilenceLimits {
  /** Milliseconds from the request to the first byte of the answer. */
  readonly firstByteMs: number
  /** Milliseconds between two of its bytes. */
  readonly idleMs: number
}

export interface SilenceWatch {
  /** Bytes have arrived. */
  heard(): void
  /** The promise's own end, or `AgentFailure('timeout')` when nothing was heard for too long while waiting for it. */
  guard<T>(promise: PromiseLike<T>): Promise<T>
}

export function createSilenceWatch(clock: Clock, { firstByteMs, idleMs }: SilenceLimits): SilenceWatch {
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
          const left = quietSince + (heardAnything ? idleMs : firstByteMs) - clock.now()
          if (left > 0) undo = clock.schedule(left, look)
          else reject(tooSilent(heardAnything))
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

function tooSilent(begun: boolean): AgentFailure {
  return new AgentFailure(
    'timeout',
    begun
      ? 'The model stopped answering in the middle; what it said is kept. Try again.'
      : 'The model did not begin to answer in time. Try again in a moment.',
  )
}
