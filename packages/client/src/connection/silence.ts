/**
 * How long a stream has been silent, by steps that were seen awake: a machine that slept has heard nothing either, and
 * that is not the stream's doing.
 *
 * Owns: which silence is too long. Does not know: what follows from it.
 */
import type { Clock } from '@holdfast/core'

const STEP_MS = 1_000
/** The server sends headers and a first byte at once, then history without a pause. */
const HELD_STEPS = 3
/** Once history is complete it sends a heartbeat every 15 s. */
const QUIET_STEPS = 20

export interface Silence {
  /** Something came. */
  break(): void
  readonly wasBroken: boolean
  stop(): void
}

/** `onSilent` is called once, unless stopped before. */
export function watchSilence(clock: Clock, isCaughtUp: () => boolean, onSilent: () => void): Silence {
  let steps = 0
  let broken = false
  let undo = clock.schedule(STEP_MS, step)

  function step(): void {
    steps += 1
    if (steps >= (broken && isCaughtUp() ? QUIET_STEPS : HELD_STEPS)) onSilent()
    else undo = clock.schedule(STEP_MS, step)
  }

  return {
    break() {
      steps = 0
      broken = true
    },
    get wasBroken() {
      return broken
    },
    stop: () => undo(),
  }
}
