/**
 * Which notes stand over the page for runs that have ended unseen: one names its thread, a second too; with a third,
 * while those still stand, all become one.
 *
 * Owns: what is shown at the moment, and the moment in which what comes counts as come at once. Does not know: React,
 * how a note looks.
 */
import type { FinishedRun } from './finished.ts'

/** So many at once are one. */
const MANY = 3
/** What ends within this (ms) ends at once: nothing is shown only to be taken away. */
const AT_ONCE_MS = 250

export interface NotesOptions {
  showOne(run: FinishedRun): void
  /** Instead of those that were shown for single runs; again with more when more come. */
  showMany(runs: readonly FinishedRun[]): void
  hideOne(run: FinishedRun): void
  /** Calls back once, later; gives what undoes it. */
  schedule(delayMs: number, run: () => void): () => void
}

export interface Notes {
  add(run: FinishedRun): void
  /** A note for a single run is gone, by itself or by hand. */
  oneGone(run: FinishedRun): void
  manyGone(): void
  /** Shows nothing more. */
  close(): void
}

export function createNotes({ showOne, showMany, hideOne, schedule }: NotesOptions): Notes {
  let coming: readonly FinishedRun[] = []
  let shown: readonly FinishedRun[] = []
  let together = false
  let undo: (() => void) | undefined

  function flush(): void {
    undo = undefined
    const news = coming
    coming = []
    const before = shown
    shown = [...shown, ...news]
    if (shown.length < MANY && !together) {
      for (const run of news) showOne(run)
      return
    }
    const alone = together ? [] : before
    together = true
    for (const run of alone) hideOne(run)
    showMany(shown)
  }

  return {
    add(run) {
      coming = [...coming, run]
      undo ??= schedule(AT_ONCE_MS, flush)
    },
    oneGone(run) {
      if (!together) shown = shown.filter((other) => other !== run)
    },
    manyGone() {
      together = false
      shown = []
    },
    close() {
      undo?.()
      undo = undefined
      coming = []
    },
  }
}
