/** How long something may take: without a sign of life, and in total. Owns: two timers. Does not know: what takes long. */
import type { Clock } from '@holdfast/core'

export interface DeadlineOptions {
  readonly clock: Clock
  /** Milliseconds without a sign of life. */
  readonly quietMs: number
  /** Milliseconds in total. Default: no limit. */
  readonly totalMs?: number
  /** Its reason is what the work's signal aborts with, at once if it already has. */
  readonly signal?: AbortSignal | undefined
  readonly tooLate: () => Error
}

export interface Watched {
  /** Aborts when the time is over. */
  readonly signal: AbortSignal
  /** A sign of life. */
  alive(): void
  /** Stops the clock until the returned function is called: the wait is somebody else's. */
  hold(): () => void
}

/** Settles like the work, or rejects when its time is over, whether or not the work heeds its signal. */
export async function withDeadline<T>(options: DeadlineOptions, work: (watched: Watched) => Promise<T>): Promise<T> {
  const { clock, quietMs, totalMs, signal, tooLate } = options
  const controller = new AbortController()
  const { promise: over, reject } = Promise.withResolvers<never>()
  over.catch(() => {})
  let held = 0
  const stop = (reason: unknown) => {
    controller.abort(reason)
    reject(reason)
  }
  const late = () => stop(tooLate())
  const undoTotal = totalMs === undefined ? () => {} : clock.schedule(totalMs, late)
  let undoQuiet = clock.schedule(quietMs, late)
  function alive(): void {
    undoQuiet()
    if (held === 0) undoQuiet = clock.schedule(quietMs, late)
  }
  const onAbort = () => stop(signal?.reason)
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([
      over,
      work({
        signal: controller.signal,
        alive,
        hold() {
          held++
          undoQuiet()
          return () => {
            held--
            alive()
          }
        },
      }),
    ])
  } finally {
    undoTotal()
    held++
    undoQuiet()
    signal?.removeEventListener('abort', onAbort)
  }
}
