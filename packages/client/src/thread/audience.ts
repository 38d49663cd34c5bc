/**
 * The observers of one thread, and when they are told.
 *
 * Owns: the observers, the frame they wait for, how long a thread is followed after the last one has left. Does not
 * know: what they see.
 *
 * Invariants: deltas are read at most once per frame, and not at all while nobody observes. Unsubscribing twice is
 * harmless.
 */
import type { Environment } from '../environment/port.ts'
import { createListeners } from '../observable/observable.ts'

/** How long a thread is followed after its last observer has left: people go back and forth. */
const LINGER_MS = 5_000

export interface Audience {
  readonly looks: boolean
  /** Nobody observes, but somebody did a moment ago. */
  readonly lingers: boolean
  add(listener: () => void): () => void
  /** There is more to read: with the next frame, if anybody observes. */
  soon(): void
  /** Everything has been read. */
  caughtUp(): void
  tell(): void
  close(): void
}

export interface AudienceOptions {
  readonly environment: Pick<Environment, 'clock' | 'frames'>
  read(): void
  /** `looks` or `lingers` may have changed. */
  onChange(): void
}

export function createAudience({ environment, read, onChange }: AudienceOptions): Audience {
  const listeners = createListeners()
  let undoFrame: (() => void) | undefined
  let undoLinger: (() => void) | undefined

  function caughtUp(): void {
    undoFrame?.()
    undoFrame = undefined
  }

  function stay(): void {
    undoLinger?.()
    undoLinger = undefined
  }

  function left(): void {
    if (listeners.size > 0) return
    caughtUp()
    undoLinger = environment.clock.schedule(LINGER_MS, () => {
      undoLinger = undefined
      onChange()
    })
    onChange()
  }

  return {
    get looks() {
      return listeners.size > 0
    },
    get lingers() {
      return undoLinger !== undefined
    },
    add(listener) {
      const undo = listeners.add(listener)
      stay()
      let done = false
      return () => {
        if (done) return
        done = true
        undo()
        left()
      }
    },
    soon() {
      if (listeners.size > 0) undoFrame ??= environment.frames.next(read)
    },
    caughtUp,
    tell: listeners.tell,
    close() {
      listeners.clear()
      caughtUp()
      stay()
    },
  }
}
