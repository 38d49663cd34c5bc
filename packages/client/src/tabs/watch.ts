/**
 * Whether the other end is alive. Only its answers decide, never a timer alone: a program that was asleep itself has heard
 * nothing either, and starts to listen again when it wakes up.
 *
 * Owns: when to ask, when silence is long enough. Does not know: who is asked, what follows from silence.
 */
import type { Clock } from '@holdfast/core'

const STEP_MS = 1_000
/** Silent means no answer for so many steps, each of them awake: 3 s. */
export const SILENT_STEPS = 3

export interface WatchOptions {
  readonly clock: Clock
  /** Resolves when it is answered. */
  ask(): Promise<unknown>
  onSilent(): void
  /** Steps that the first answer may take. */
  readonly patience?: number
}

/** Watches until the returned function is called, or the silence was too long. */
export function watch({ clock, ask, onSilent, patience = SILENT_STEPS }: WatchOptions): () => void {
  let allowed = patience
  let missed = 0
  let asking = false
  let steppedAt = clock.now()
  let stopped = false
  let undo = () => {}

  function question(): void {
    if (asking) return
    asking = true
    const answered = () => {
      asking = false
      missed = 0
      allowed = SILENT_STEPS
    }
    // A refusal comes from a line that knows that the other end is gone: its owner acts on that.
    void ask().then(answered, answered)
  }

  function step(): void {
    const now = clock.now()
    const slept = now - steppedAt > 2 * STEP_MS
    steppedAt = now
    if (!asking || slept) missed = 0
    else missed += 1
    if (missed >= allowed) {
      stop()
      onSilent()
      return
    }
    question()
    undo = clock.schedule(STEP_MS, step)
  }

  function stop(): void {
    stopped = true
    undo()
  }

  question()
  if (!stopped) undo = clock.schedule(STEP_MS, step)
  return stop
}
