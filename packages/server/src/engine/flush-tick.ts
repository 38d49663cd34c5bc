/**
 * One shared beat for the appends of all runs in a process, so that the store can commit them together. Each run keeps
 * its own interval within it, so a run that always has more to write delays no other.
 *
 * A due request is answered at once if there was no recent beat, else at the next one. The more a beat carried, the
 * longer the pause to the next: batching helps many runs and would only delay few.
 */
import type { Clock } from '@holdfast/core'

export interface FlushTick {
  /**
   * Calls `flush` at the first beat that is not before `notBefore` (on the clock), and never before this function
   * returns. Returns an idempotent undo function.
   */
  request(flush: () => void, notBefore?: number): () => void
}

/**
 * Pause per run in a beat. The gain of batching grows with the number of runs; where few write, none waits for another.
 */
const REST_PER_RUN_MS = 0.25

interface Waiting {
  readonly flush: () => void
  readonly notBefore: number
}

/** The pause after a beat is `restMs` per run that it carried, at most `beatMs`. */
export function createFlushTick(clock: Clock, beatMs: number, restMs = REST_PER_RUN_MS): FlushTick {
  const waiting = new Set<Waiting>()
  /** No beat before this time. */
  let restUntil = Number.NEGATIVE_INFINITY
  let armed: { readonly at: number; readonly undo: () => void } | undefined

  function beat(): void {
    armed = undefined
    const now = clock.now()
    const due = [...waiting].filter(({ notBefore }) => notBefore <= now)
    for (const entry of due) waiting.delete(entry)
    if (due.length > 0) restUntil = now + Math.min(beatMs, due.length * restMs)
    for (const { flush } of due) flush()
    arm()
  }

  /** Schedules the beat for the earliest request. */
  function arm(): void {
    let at = Number.POSITIVE_INFINITY
    for (const { notBefore } of waiting) at = Math.min(at, notBefore)
    at = Math.max(at, restUntil)
    if (waiting.size === 0) at = Number.POSITIVE_INFINITY
    if (armed?.at === at) return
    armed?.undo()
    armed = at === Number.POSITIVE_INFINITY ? undefined : { at, undo: callAt(at) }
  }

  function callAt(at: number): () => void {
    const left = at - clock.now()
    if (left > 0) return clock.schedule(left, beat)
    let undone = false
    queueMicrotask(() => undone || beat())
    return () => {
      undone = true
    }
  }

  return {
    request(flush, notBefore = Number.NEGATIVE_INFINITY) {
      const entry = { flush, notBefore }
      waiting.add(entry)
      // Only a request earlier than all others can move the beat.
      if (!armed || Math.max(notBefore, restUntil) < armed.at) arm()
      return () => {
        if (waiting.delete(entry) && waiting.size === 0) arm()
      }
    },
  }
}
