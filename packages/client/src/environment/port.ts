/**
 * What the client needs of the machine it runs on, as interfaces so small that a test's double has nothing to get wrong.
 *
 * Owns: the words. `browser.ts` is the only file that touches window, document and navigator.
 * Does not know: Holdfast.
 */
import type { Clock } from '@holdfast/core'
import type { Locks } from './neighbours.ts'

export interface Visibility {
  /** Whether the page cannot be seen: a hidden tab, a minimised window. */
  readonly hidden: boolean
  subscribe(listener: () => void): () => void
}

/** Whether a person is at the page: it is in front, and has the keyboard. */
export interface Focus {
  readonly focused: boolean
  subscribe(listener: () => void): () => void
}

export interface Connectivity {
  /**
   * What the machine believes. A hint to try again, never a reason not to: a server on this very machine answers
   * without any network.
   */
  readonly online: boolean
  subscribe(listener: () => void): () => void
}

export interface Frames {
  /**
   * Runs once, when there is next something to paint; by a timer where nothing is painted (a hidden tab gets no
   * animation frames). Undoing twice, or after it ran, is harmless.
   */
  next(run: () => void): () => void
}

/** Strings that outlive a reload of this page. Nothing here throws: a browser that refuses to store forgets. */
export interface Keep {
  read(name: string): string | undefined
  /** `next page`: if this one is left for good before it is removed, whichever page this browser shows next has it. */
  write(name: string, text: string, to?: 'next page'): void
  remove(name: string): void
  names(): readonly string[]
}

export interface SharedChange {
  readonly name: string
  /** Undefined: it was not there, or is not any more. */
  readonly before: string | undefined
  readonly after: string | undefined
}

/**
 * Strings that all pages of this browser profile have in common, and that outlive them. Nothing here throws. The
 * writer limits what is kept: the origin has little room.
 */
export interface Shared {
  read(name: string): string | undefined
  /** False where the browser refuses: it is full, or forbidden. */
  write(name: string, text: string): boolean
  remove(name: string): void
  names(): readonly string[]
  /** Called with what other pages write and remove, while this one is awake. */
  subscribe(listener: (change: SharedChange) => void): () => void
}

export interface Environment {
  readonly clock: Clock
  readonly frames: Frames
  readonly visibility: Visibility
  readonly connectivity: Connectivity
  readonly keep: Keep
  /** Absent where there is one page only. */
  readonly shared?: Shared
  /** Absent where pages cannot know whether another one lives: old browsers, and plain HTTP to another machine. */
  readonly locks?: () => Promise<Locks>
  /** From 0 up to and without 1. */
  random(): number
  /** A unique id: 1–128 characters of `[A-Za-z0-9_.:-]`, not `.` or `..`. */
  mintId(): string
}
