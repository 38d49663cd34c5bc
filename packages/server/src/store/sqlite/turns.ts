/**
 * Work that comes in pieces, one behind the other, for so many milliseconds a turn of the event loop: others have theirs
 * in between. What a piece leads to may be put off to the end of its tick (a promise's reaction, a write that has no
 * socket of its own) and take longer than the piece; so after a few pieces the work waits for that, and looks at the
 * time again. Does not know what the work is.
 *
 * Invariant: pieces are done in the order in which they were added; the first few are done at once.
 */
export interface Turns {
  /** What it throws comes out of whichever tick it was thrown in; what was added behind it is done all the same. */
  add(work: Iterator<void>): void
  /** Does what is left, now. */
  finish(): void
}

export interface TurnsOptions {
  readonly piecesATick: number
  readonly turnMs: number
  /** Calls back behind what has been put off to the end of this one, and in the same turn. */
  readonly tick: (run: () => void) => void
  /** Calls back in another turn. */
  readonly turn: (run: () => void) => void
  /** Milliseconds. */
  readonly now?: () => number
}

export function createTurns({ piecesATick, turnMs, tick, turn, now = () => performance.now() }: TurnsOptions): Turns {
  const queue: Iterator<void>[] = []
  let waiting = false

  function run(pieces: number, until: number): void {
    let done = 0
    for (let work = queue[0]; work; work = queue[0]) {
      if (done >= pieces) {
        wait(until)
        return
      }
      try {
        if (work.next().done) queue.shift()
        else done++
      } catch (error) {
        queue.shift()
        wait(until)
        throw error
      }
    }
  }

  function wait(until: number): void {
    if (waiting) return
    waiting = true
    tick(() => {
      if (now() < until) goOn(until)
      else turn(() => goOn(now() + turnMs))
    })
  }

  function goOn(until: number): void {
    waiting = false
    run(piecesATick, until)
  }

  return {
    add(work) {
      queue.push(work)
      if (!waiting) run(piecesATick, now() + turnMs)
    },
    finish: () => run(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY),
  }
}
