/**
 * One reader of one log: reads from the ring if it can and from the store if it must, and writes to its sink.
 *
 * Owns: the cursor, the state, at most one store read at a time. Does not know: subscriptions, time, HTTP.
 *
 * Invariants:
 * - Its sink gets exactly the records after its cursor, in order, each once (G2, G3, I4). A slice that does not start
 *   right after the cursor ends the stream instead of leaving a hole.
 * - It pulls: while its sink is full, nothing is read or kept for it (G10).
 * - It writes only committed records (I11). Ending it ends nothing else (I5).
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
  /** Whether it has every record known so far. */
  live(): boolean
  /** Whether the next commit would pass straight through: it is live, and its sink is empty. */
  clear(): boolean
  /** Starts with the first read from the store. Call once. */
  start(first: LogChunk): void
  /** There may be more records. */
  more(): void
  /** Reads the store even without a notice, because notices may be lost. */
  recheck(): void
  /** No more records follow: delivers the rest, then ends. Idempotent. */
  finish(): void
  /** Another reader filled the shared sink: waits for the drain as if it had filled it itself. */
  hold(): void
  /** Writes a comment if the sink has room. */
  beat(bytes: Uint8Array): void
  /** The observer left: ends the output and nothing else. Idempotent. */
  detach(): void
}

/** Totals written to sinks. */
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
  /** Bytes it takes in one step. A single larger record may exceed it. */
  readonly stepBytes: number
  readonly read: (after: number) => Promise<LogChunk | Over>
  readonly onFault: (fault: unknown) => void
  /** Incremented with every write. */
  readonly sent: Sent
  /** Called when a read shows records that no notice announced. */
  readonly onNews: () => void
  /** Called each time it has caught up. */
  readonly onLive?: (cursor: number) => void
  /** Called once. `cursor`: the last position it was given. */
  readonly onEnd: (cause: ReaderEnd, cursor: number) => void
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
    onEnd(cause, cursor)
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

  /** The record of the deletion is written even to a reader that is behind: it sees the end, and the hole before it. */
  function finishWith({ cause, last }: Over) {
    if (last && state !== 'ended' && cursor < last.lastSeq) sink.write(filter(last).bytes)
    end(cause)
  }

  /** `known` is the head that was known when the read began. */
  function take(chunk: LogChunk, known: number) {
    const news = ring.raise(chunk.head)
    if (chunk.frames.byteLength > 0) deliver(chunk)
    // An empty read means caught up, unless a notice announced more in the meantime. Reading again in any other case
    // would spin on a store that lags behind its notices.
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
      // Fast path: the reader is live and takes the newest commit. It ends in the same state as the general path below.
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
