/**
 * A value that is always up to date, and whose observers are called at most once per frame for what others change in it:
 * fifty runs that end together are one change to a page.
 *
 * Owns: when it is computed, when observers are called. Does not know: what it is.
 */
import type { Frames } from '../environment/port.ts'

export interface Told<T> {
  snapshot(): T
  /** It may have changed: observers are called now, if it has. */
  update(): void
  /** The same, with the next frame. */
  soon(): void
  /** Nobody observes it any more. */
  rest(): void
}

export interface ToldOptions<T> {
  readonly frames: Frames
  /** Of what is not computed here. Another number means that the value may have changed. */
  version(): number
  /** The same reference as before if nothing has changed. */
  compute(before: T): T
  tell(): void
}

export function createTold<T>(first: T, { frames, version, compute, tell }: ToldOptions<T>): Told<T> {
  let state = first
  let told = first
  let computedAt = version()
  let undoFrame: (() => void) | undefined

  function rest(): void {
    undoFrame?.()
    undoFrame = undefined
  }

  function look(): T {
    computedAt = version()
    state = compute(state)
    return state
  }

  function update(): void {
    rest()
    if (look() === told) return
    told = state
    tell()
  }

  return {
    snapshot: () => (computedAt === version() ? state : look()),
    update,
    soon() {
      undoFrame ??= frames.next(() => {
        undoFrame = undefined
        update()
      })
    },
    rest,
  }
}
