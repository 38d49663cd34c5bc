/**
 * Runs work in pieces, one after the other, for a limited number of milliseconds per turn of the event loop, so that
 * other work gets turns in between. The consequences of a piece may run at the end of its tick (a promise's reaction, a
 * deferred socket write) and take longer than the piece. After a few pieces the work therefore waits for them and
 * checks the time again. Does not know: what the work is.
 *
 * Invariant: pieces are done in the order in which they were added; the first few are done at once.
 */
export interface Turns {
  /** An error surfaces in the tick in which it was thrown. Work that was added later is still done. */
  add(work: Iterator<void>): void
  /** Does everything that is left, now. */
  finish(): void
}

export interface TurnsOptions {
  readonly piecesATick: number
  readonly turnMs: number
  /** Calls back after the deferred work of this tick, in the same turn. */
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
