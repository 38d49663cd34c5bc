/**
 * One beat for all runs of a process: their appends go out together, so that the store can commit them together. Each
 * run has its own pace within it, so that one that always has more to write makes no other wait for its turn.
 *
 * A request that is due is answered at once if no beat was just now, else at the next one. The more a beat carried, the
 * longer it is to the next: what many gain from waiting for each other, few would only lose.
 */
import type { Clock } from '@holdfast/core'

export interface FlushTick {
  /**
   * Calls `flush` at the first beat that is not before `notBefore` (by the clock), never before this returns. Undoing
   * twice is harmless.
   */
  request(flush: () => void, notBefore?: number): () => void
}

/** What a beat carried is what there is to gain from waiting for more: where few runs write, none waits for another. */
const REST_PER_RUN_MS = 0.25

interface Waiting {
  readonly flush: () => void
  readonly notBefore: number
}

/** Between two beats lies `restMs` for each run that the first one carried, at most `beatMs`. */
export function createFlushTick(clock: Clock, beatMs: number, restMs = REST_PER_RUN_MS): FlushTick {
  const waiting = new Set<Waiting>()
  /** Before this there is no further beat. */
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

  /** For the first that will be due. */
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
      // Only an earlier one than all others can move the beat.
      if (!armed || Math.max(notBefore, restUntil) < armed.at) arm()
      return () => {
        if (waiting.delete(entry) && waiting.size === 0) arm()
      }
    },
  }
}
