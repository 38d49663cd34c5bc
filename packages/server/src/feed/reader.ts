/**
 * One reader's way through one log: from the ring where it can, from the store where it must, into its sink.
 *
 * Owns: the cursor, the state, at most one reading at a time. Does not know: subscriptions, time, HTTP.
 *
 * Invariants:
 * - Its sink gets exactly the records after its cursor, in order, each once (G2, G3, I4); a slice that does not begin
 *   right behind the cursor ends the stream instead of leaving a hole.
 * - It pulls: while its sink is full nothing is read or kept for it (G10).
 * - Only what a commit or the store gave is written (I11). Ending it ends nothing else (I5).
 */
import { admit } from '@holdfast/core'
import type { LogChunk } from '../store/port.ts'
import type { FrameFilter } from './frame-filter.ts'
import type { Over, ReaderEnd } from './reader-end.ts'
import { READER_TABLE, type ReaderEvent, type ReaderState } from './reader-state.ts'
import type { Ring } from './ring.ts'
import type { Sink } from './sink.ts'
import type { Slice } from './slice.ts'

export interface Reader {
  /** It has been given everything that is known of. */
  live(): boolean
  /** What comes next goes straight through it: it is live, and nothing waits in its sink. */
  clear(): boolean
  /** Begins with what the store gave at its cursor when it came. Once. */
  start(first: LogChunk): void
  /** More may be there: goes on if it was live. */
  more(): void
  /** Asks the store even though nothing was told: notices may be lost. */
  recheck(): void
  /** Nothing comes any more: what there is, and then the end. Twice is harmless. */
  finish(): void
  /** Its sink is full, through no doing of its own: it waits for the drain like one that filled it. */
  hold(): void
  /** A comment, when the sink has room. */
  beat(bytes: Uint8Array): void
  /** Nobody looks any more: ends what it writes, and nothing else. Twice is harmless. */
  detach(): void
}

/** What went into sinks. */
export interface Sent {
  bytes: number
  records: number
}

export interface ReaderOptions {
  readonly ring: Ring
  readonly sink: Sink
  /** Exclusive cursor. */
  readonly after: number
  readonly filter: FrameFilter
  /** It takes at most this much at once, or one larger record. */
  readonly stepBytes: number
  readonly read: (after: number) => Promise<LogChunk | Over>
  readonly onFault: (fault: unknown) => void
  /** Added to as it goes. */
  readonly sent: Sent
  /** A reading showed records that no notice had told of. */
  readonly onNews: () => void
  /** It has been given everything that is known of: again each time it has caught up. */
  readonly onLive?: (cursor: number) => void
  /** Called once. */
  readonly onEnd: (cause: ReaderEnd) => void
}

export function createReader(options: ReaderOptions): Reader {
  const { ring, sink, after, filter, stepBytes, read, onFault, sent, onNews, onLive, onEnd } = options
  let state: ReaderState = 'catching-up'
  let cursor = after
  let reading = false
  let finishing = false

  function move(event: Exclude<ReaderEvent, 'end'>) {
    const before = state
    state = READER_TABLE[state][event]
    if (before === 'catching-up' && state === 'live') onLive?.(cursor)
  }

  function end(cause: ReaderEnd) {
    const before = state
    state = READER_TABLE[state].end
    if (before === state) return
    sink.end()
    onEnd(cause)
  }

  function fail(fault: unknown) {
    if (state !== 'ended') onFault(fault)
    end('fault')
  }

  function deliver(slice: Slice) {
    try {
      if (admit(cursor, slice.firstSeq) !== 'accepted') {
        throw new Error(`The log gave position ${slice.firstSeq} to a reader at ${cursor}.`)
      }
      const { bytes, last } = filter(slice)
      sent.bytes += bytes.byteLength
      sent.records += slice.lastSeq - slice.firstSeq + 1
      cursor = slice.lastSeq
      const room = bytes.byteLength === 0 || sink.write(bytes)
      if (last) end('complete')
      else if (!room) move('full')
    } catch (fault) {
      fail(fault)
    }
  }

  function advance() {
    while (state === 'catching-up' && !reading) {
      const recent = ring.after(cursor, stepBytes)
      if (recent.type === 'slice') deliver(recent)
      else if (recent.type === 'current' && !finishing) move('current')
      else void readStore()
    }
  }

  async function readStore() {
    reading = true
    const known = ring.head()
    try {
      const reading = await read(cursor)
      if (reading.type === 'over') finishWith(reading)
      else if (state !== 'ended') take(reading, known)
    } catch (fault) {
      fail(fault)
    } finally {
      reading = false
    }
    advance()
  }

  /** A reader that was behind sees the end, and that there is a hole before it. */
  function finishWith({ cause, last }: Over) {
    if (last && state !== 'ended' && cursor < last.lastSeq) sink.write(filter(last).bytes)
    end(cause)
  }

  /** `known`: the head that was known of when the reading began. */
  function take(chunk: LogChunk, known: number) {
    const news = ring.raise(chunk.head)
    if (chunk.frames.byteLength > 0) deliver(chunk)
    // A reading that gave nothing is the end for now, unless more was told of meanwhile. Asking again whatever the
    // reason would spin on a store that lags behind its notices.
    else if (ring.head() <= Math.max(known, cursor)) move('current')
    if (news) onNews()
  }

  return {
    live: () => state === 'live',
    clear: () => state === 'live' && sink.idle(),
    start(first) {
      sink.onDrain(() => {
        move('drained')
        advance()
      })
      sink.onClose(() => end('detached'))
      if (state === 'ended') return
      take(first, after)
      advance()
    },
    more() {
      // Nearly always it is live, what came is the newest commit, and it is live again: no other way to the same place.
      if (state === 'live') {
        const recent = ring.after(cursor, stepBytes)
        if (recent.type === 'slice') deliver(recent)
        if (state !== 'live' || cursor >= ring.head()) return
      }
      move('behind')
      advance()
    },
    recheck() {
      if (state !== 'live') return
      move('behind')
      void readStore()
    },
    finish() {
      if (finishing) return
      finishing = true
      if (state !== 'live') return
      move('behind')
      advance()
    },
    hold: () => move('full'),
    beat(bytes) {
      if (state === 'waiting-for-drain' || state === 'ended') return
      if (!sink.write(bytes) && state === 'live') move('full')
    },
    detach: () => end('detached'),
  }
}
