/**
 * Which tails move into segments with a commit: those that are long or old, a few at a time. Threads that began
 * together get long together, and no commit should wait until all of them have moved.
 *
 * Does not know: what is in a tail, how it moves. Invariant: a commit moves at least twice what comes in, so that no
 * tail waits for long.
 */
export interface Moves {
  /** The thread's tail is to move, with this commit or a later one. A repeated call has no effect. */
  want(thread: number): void
  /**
   * The tails that move with a commit, the longest-waiting first: as many as there is space for, and at least one. If
   * the commit fails, `want` must be called for them again.
   */
  take(incoming: Incoming, lengthOf: (thread: number) => number): readonly number[]
  /** The tail has moved, whether or not `want` was called for it. */
  moved(thread: number): void
}

/** What a commit adds. */
export interface Incoming {
  readonly bytes: number
  /** Tails that begin with this commit. */
  readonly tails: number
}

/** The cost of a move beside its bytes, expressed in bytes: it writes a row of its own. */
const MOVE_COST = 8 * 1024

export function createMoves(bytesACommit: number): Moves {
  const wanted = new Set<number>()

  return {
    want: (thread) => void wanted.add(thread),
    take({ bytes, tails }, lengthOf) {
      const taken: number[] = []
      let room = Math.max(bytesACommit, 2 * (bytes + tails * MOVE_COST))
      for (const thread of wanted) {
        taken.push(thread)
        wanted.delete(thread)
        room -= MOVE_COST + lengthOf(thread)
        if (room <= 0) break
      }
      return taken
    },
    moved: (thread) => void wanted.delete(thread),
  }
}
