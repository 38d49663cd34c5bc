/**
 * Readings whose answers are large: pages of a log, snapshots, searches, polls. Owns: how many are in progress at once in
 * this process, whose is next, and how much of an answer is made in one turn of the event loop. Does not know: what is
 * read. Writes, live streams and their readings never come through here, so they overtake all that wait.
 *
 * Invariants: at most `atOnce` are in progress; a place that becomes free is given away in another turn of the event loop;
 * persons take turns, each person's readings keep their order. A place is held until the answer is made, never until it
 * is sent: a client that does not read holds none.
 */
import type { Principal } from '../store/principal.ts'

/** More gain nothing: there is one store and one thread that makes answers. Two, so that both have work. */
const AT_ONCE = 2
const PIECE_BYTES = 64 * 1024

export interface HeavyReads {
  /**
   * Reads and makes the answer when it is this person's turn. A client that has left by then asks nothing.
   * @throws what `read` throws; the signal's reason
   */
  run<T>(principal: Principal, signal: AbortSignal, read: () => Promise<T>): Promise<T>
  /** Text as UTF-8, made in pieces of at least 64 KiB, one in a turn of the event loop. */
  bytesOf(text: Iterable<string>): Promise<Uint8Array<ArrayBuffer>>
}

export interface HeavyReadsOptions {
  readonly atOnce?: number
  /** Calls back in another turn of the event loop. */
  readonly turn?: (run: () => void) => void
}

export function createHeavyReads({ atOnce = AT_ONCE, turn = setImmediate }: HeavyReadsOptions = {}): HeavyReads {
  /** By person; the first is the next one. */
  const waiting = new Map<string, (() => void)[]>()
  let inProgress = 0

  function placeFor({ tenantId, personId }: Principal): Promise<void> | undefined {
    if (inProgress < atOnce) {
      inProgress++
      return undefined
    }
    const who = JSON.stringify([tenantId, personId])
    return new Promise((resolve) => {
      const theirs = waiting.get(who)
      if (theirs) theirs.push(resolve)
      else waiting.set(who, [resolve])
    })
  }

  function giveAway(): void {
    const [next] = waiting
    if (!next) {
      inProgress--
      return
    }
    const [who, theirs] = next
    const go = theirs.shift()
    waiting.delete(who)
    if (theirs.length > 0) waiting.set(who, theirs)
    go?.()
  }

  return {
    async run(principal, signal, read) {
      await placeFor(principal)
      try {
        signal.throwIfAborted()
        return await read()
      } finally {
        turn(giveAway)
      }
    },

    async bytesOf(text) {
      const made: Buffer<ArrayBuffer>[] = []
      let piece = ''
      for (const part of text) {
        piece += part
        if (piece.length < PIECE_BYTES) continue
        made.push(Buffer.from(piece))
        piece = ''
        await new Promise<void>((resolve) => turn(resolve))
      }
      return Buffer.concat([...made, Buffer.from(piece)])
    },
  }
}
