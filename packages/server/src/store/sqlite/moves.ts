/**
 * Which tails move into segments with a commit: those that are long or old, a few at a time. Threads that began together
 * are long together, and nobody's commit is to wait until all of them have moved.
 *
 * Does not know: what is in a tail, how it moves.
 * Invariant: what moves is at least twice what comes in, so that nobody waits for long.
 */
export interface Moves {
  /** The thread's tail is to move, with this commit or a later one. Twice is once. */
  want(thread: number): void
  /**
   * Those that move with a commit, the longest wanted first: as many as there is room for, and at least one. Who is to
   * move after all, because the commit failed, is to be wanted again.
   */
  take(incoming: Incoming, lengthOf: (thread: number) => number): readonly number[]
  /** It has moved, whether or not anybody wanted it. */
  moved(thread: number): void
}

/** What a commit brings. */
export interface Incoming {
  readonly bytes: number
  /** Tails that begin with it. */
  readonly tails: number
}

/** What a move costs beside its bytes, in the bytes that it would take to cost as much: a row of its own. */
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
