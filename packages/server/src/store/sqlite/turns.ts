/**
 * Work that comes in pieces, one behind the other, so many of them or for so many milliseconds a turn of the event loop:
 * others have theirs in between. Does not know what the work is. The number counts beside the time, because what a piece
 * leads to (writes to sockets) is done at the end of its turn, and takes longer than the piece.
 *
 * Invariant: pieces are done in the order in which they were added; what fits into one turn is done at once.
 */
export interface Turns {
  /** What it throws comes out of whichever turn it was thrown in; what was added behind it is done all the same. */
  add(work: Iterator<void>): void
  /** Does what is left, now. */
  finish(): void
}

export interface TurnsOptions {
  readonly piecesATurn: number
  readonly turnMs: number
  /** Calls back in another turn. */
  readonly next: (run: () => void) => void
  /** Milliseconds. */
  readonly now?: () => number
}

export function createTurns({ piecesATurn, turnMs, next, now = () => performance.now() }: TurnsOptions): Turns {
  const queue: Iterator<void>[] = []
  let waiting = false

  function run(pieces: number, until: number): void {
    let done = 0
    for (let work = queue[0]; work; work = queue[0]) {
      if (done++ >= pieces || now() >= until) {
        wait()
        return
      }
      try {
        if (work.next().done) queue.shift()
      } catch (error) {
        queue.shift()
        wait()
        throw error
      }
    }
  }

  function wait(): void {
    if (waiting) return
    waiting = true
    next(() => {
      waiting = false
      run(piecesATurn, now() + turnMs)
    })
  }

  return {
    add(work) {
      queue.push(work)
      if (!waiting) run(piecesATurn, now() + turnMs)
    },
    finish: () => run(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY),
  }
}
