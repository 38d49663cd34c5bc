/**
 * One beat for all runs of a process: their appends go out together, so that the store can commit them together.
 * The first request after a quiet window is answered at once; further ones wait for the next beat.
 */
import type { Clock } from '@holdfast/core'

export interface FlushTick {
  /** Calls `flush` at the next beat, never before this returns. Undoing twice is harmless. */
  request(flush: () => void): () => void
}

export function createFlushTick(clock: Clock, windowMs: number): FlushTick {
  const waiting = new Set<{ readonly flush: () => void }>()
  let lastBeat = Number.NEGATIVE_INFINITY
  let armed: 'no' | 'now' | { readonly undo: () => void } = 'no'

  function beat(): void {
    armed = 'no'
    if (waiting.size === 0) return
    lastBeat = clock.now()
    const due = [...waiting]
    waiting.clear()
    for (const { flush } of due) flush()
  }

  return {
    request(flush) {
      const entry = { flush }
      waiting.add(entry)
      if (armed === 'no') {
        const left = lastBeat + windowMs - clock.now()
        if (left > 0) armed = { undo: clock.schedule(left, beat) }
        else {
          armed = 'now'
          queueMicrotask(beat)
        }
      }
      return () => {
        waiting.delete(entry)
        if (waiting.size > 0 || typeof armed === 'string') return
        armed.undo()
        armed = 'no'
      }
    },
  }
}
