/**
 * One sink that many readers share: who may write to it, and when.
 *
 * Owns: whether it is full, and the order in which those who wait go on. Does not know: logs, what is written.
 *
 * Invariants:
 * - One queue for all who wait, whether for room or for a reading: nobody is overtaken twice by the same one.
 * - While it is full nobody writes and no reading begins, and only one reading is under way: what it holds beyond being
 *   full is one reading and the write that filled it (G10).
 */
import type { Sink } from './sink.ts'

export interface SharedSink {
  /** A reader's own end of it. `hold` is called when somebody else has filled it; the drain listener when it is its turn. */
  seat(hold: () => void): Sink & { leave(): void }
  /** A reading of the store, when it is its turn; undefined when the sink is gone. What it gives is to be written at once. */
  turn<T>(step: () => Promise<T>): Promise<T | undefined>
  /** A short frame, now. */
  say(bytes: Uint8Array): void
  full(): boolean
  /** Nothing is written any more, and whoever waits is let go. Twice is harmless. */
  end(): void
}

interface Seat {
  readonly hold: () => void
  drained: () => void
}

export function createSharedSink(sink: Sink): SharedSink {
  const seats = new Set<Seat>()
  const queue = new Set<Seat | (() => void)>()
  let full = false
  let busy = false
  let over = false

  function write(bytes: Uint8Array, from?: Seat): boolean {
    if (over || sink.write(bytes)) return true
    full = true
    for (const seat of seats) {
      if (seat === from) continue
      seat.hold()
      queue.add(seat)
    }
    if (from) queue.add(from)
    return false
  }

  function pump(): void {
    for (const next of queue) {
      if (!over && (full || busy)) return
      queue.delete(next)
      if (typeof next === 'function') next()
      else next.drained()
    }
  }

  sink.onDrain(() => {
    full = false
    pump()
  })

  return {
    seat(hold) {
      const seat: Seat = { hold, drained: () => {} }
      seats.add(seat)
      return {
        write: (bytes) => write(bytes, seat),
        idle: () => sink.idle(),
        end: () => {},
        onDrain(listener) {
          seat.drained = listener
        },
        onClose: () => {},
        leave() {
          seats.delete(seat)
          queue.delete(seat)
        },
      }
    },
    async turn(step) {
      await new Promise<void>((resolve) => {
        queue.add(() => {
          busy = true
          resolve()
        })
        pump()
      })
      if (over) return undefined
      try {
        return await step()
      } finally {
        // What it gave is written first: that hangs on promises, and this comes behind all of them.
        setImmediate(() => {
          busy = false
          pump()
        })
      }
    },
    say: (bytes) => void write(bytes),
    full: () => full,
    end() {
      if (over) return
      over = true
      pump()
      sink.end()
    },
  }
}
