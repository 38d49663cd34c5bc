/**
 * Which toasts are shown for runs that ended unseen: one names its thread, so does a second; a third one, while those
 * are shown, merges all into one.
 *
 * Owns: what is shown now, and which runs count as ending at the same time. Does not know: React, how a toast looks.
 */
import type { FinishedRun } from './finished.ts'

/** From this number on they are merged. */
const MANY = 3
/** Runs that end within this time (ms) count as simultaneous, so that no toast appears only to be replaced. */
const AT_ONCE_MS = 250

export interface NotesOptions {
  showOne(run: FinishedRun): void
  /** Replaces the toasts of single runs; called again when more runs end. */
  showMany(runs: readonly FinishedRun[]): void
  hideOne(run: FinishedRun): void
  /** Calls back once, later; returns a function that cancels it. */
  schedule(delayMs: number, run: () => void): () => void
}

export interface Notes {
  add(run: FinishedRun): void
  /** The toast of a single run has expired or was dismissed. */
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
