/** Time as an argument. Only implementations of this at the edge read the system's clock. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Runs once, `ms` from now, unless the returned function is called before. Calling that again, or late, is harmless. */
  schedule(ms: number, run: () => void): () => void
}
