/**
 * One sink that many readers share: who may write to it, and when.
 *
 * Owns: whether it is full, and the order in which waiting readers continue. Does not know: logs, what is written.
 *
 * Invariants:
 * - There is one queue for all waiting readers, whether they wait for room or for a read, so none is overtaken twice by
 *   the same one.
 * - While the sink is full nobody writes and no read begins, and only one read is under way. So beyond a full sink it
 *   holds one read and the write that filled it (G10).
 */
import type { Sink } from './sink.ts'

export interface SharedSink {
  /**
   * A reader's own sink. `hold` is called when another reader filled the shared one, the drain listener when it is this
   * reader's turn.
   */
  seat(hold: () => void): Sink & { leave(): void }
  /** Runs a store read when its turn comes; undefined if the sink is gone by then. Write the result at once. */
  turn<T>(step: () => Promise<T>): Promise<T | undefined>
  /** Writes a short frame now. */
  say(bytes: Uint8Array): void
  full(): boolean
  /** Writes nothing more, and releases all waiting readers. Idempotent. */
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
        // The result is written in promise callbacks, and this runs after all of them.
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
