/**
 * The marks of the time axis: whole minutes, quarters or hours, in local time.
 *
 * Owns: their positions, in percent of the window. Does not know: React, how a time is formatted.
 */
import type { Span } from './bars.ts'

export interface Tick {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly left: number
}

/** Room that the word for the window's end takes, in percent. */
const END = 90

/**
 * Those that a window's label has room for. `offsetMs` is how far the wall's clock is ahead of UTC, so that six o'clock is
 * six o'clock.
 */
export function ticksOf({ from, to }: Span, stepMs: number, offsetMs: number): Tick[] {
  const ticks: Tick[] = []
  const first = Math.ceil((from + offsetMs) / stepMs) * stepMs - offsetMs
  for (let at = first; at <= to; at += stepMs) {
    const left = ((at - from) / (to - from)) * 100
    if (left <= END) ticks.push({ at, left })
  }
  return ticks
}
