/**
 * When waiting connections try again: all together, with the first one that is due. They mostly share one connection, so
 * that one request serves them all. Where they do not, none is later for it.
 *
 * Owns: the back-off, the one timer. Does not know: what is tried.
 */
import { backoffDelay, type Clock } from '@holdfast/core'

/** A local server is back within a second. One that is gone for long must not be stormed. */
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000

export interface Backoff {
  /** `attempt` counts the failures in a row, from one on. Returns the function that undoes it; twice is harmless. */
  wait(attempt: number, run: () => void): () => void
}

export function createBackoff({ clock, random }: { readonly clock: Clock; random(): number }): Backoff {
  const waiting = new Set<{ readonly run: () => void }>()
  let timer: { readonly attempt: number; readonly undo: () => void } | undefined

  function go(): void {
    timer = undefined
    const all = [...waiting]
    waiting.clear()
    for (const { run } of all) run()
  }

  function rest(): void {
    timer?.undo()
    timer = undefined
  }

  return {
    wait(attempt, run) {
      const entry = { run }
      waiting.add(entry)
      // The one that has failed least waits least, and takes the others along.
      if (!timer || attempt < timer.attempt) {
        rest()
        const pause = { attempt: attempt - 1, baseMs: FIRST_PAUSE_MS, maxMs: LONGEST_PAUSE_MS, random: random() }
        timer = { attempt, undo: clock.schedule(backoffDelay(pause), go) }
      }
      return () => {
        if (waiting.delete(entry) && waiting.size === 0) rest()
      }
    },
  }
}
