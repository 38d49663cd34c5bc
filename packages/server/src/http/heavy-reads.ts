/**
 * Reads with large responses: log pages, snapshots, searches, polls. Owns: how many are in progress at once in this
 * process, which read is next, and how much of a response is built in one turn of the event loop. Does not know: what
 * is read. Writes, live streams and their reads never pass through here, so they overtake all waiting heavy reads.
 *
 * Invariants: at most `atOnce` are in progress. A freed slot is given away in another turn of the event loop. Persons
 * take turns, and each person's reads keep their order. A slot is held until the response is built, not until it is
 * sent, so a client that does not read holds none.
 */
import type { Principal } from '../store/principal.ts'

/** More gain nothing, as one store thread and one main thread do the work. Two keep both busy. */
const AT_ONCE = 2
const PIECE_BYTES = 64 * 1024

export interface HeavyReads {
  /**
   * Reads and builds the response when it is this person's turn. Does nothing for a client that has left by then.
   * @throws anything `read` throws; the signal's reason
   */
  run<T>(principal: Principal, signal: AbortSignal, read: () => Promise<T>): Promise<T>
  /** Encodes text as UTF-8 in pieces of at least 64 KiB, one per turn of the event loop. */
  bytesOf(text: Iterable<string>): Promise<Uint8Array<ArrayBuffer>>
}

export interface HeavyReadsOptions {
  readonly atOnce?: number
  /** Calls back in another turn of the event loop. */
  readonly turn?: (run: () => void) => void
}

export function createHeavyReads({ atOnce = AT_ONCE, turn = setImmediate }: HeavyReadsOptions = {}): HeavyReads {
  /** By person. The first is next. */
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
