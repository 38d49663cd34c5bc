/** Time as an argument: nothing in Holdfast asks the system what time it is but the edges that implement this. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Runs once, `ms` from now, unless undone. Undoing twice, or after it ran, is harmless. */
  schedule(ms: number, run: () => void): () => void
}
