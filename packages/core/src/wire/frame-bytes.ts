/**
 * Stored frames as bytes: where they end, which seq they have, and how they are counted, cut, divided, joined and
 * searched. Nothing is decoded, because this runs for every commit and every reader. `frame.ts` has the layout.
 *
 * A Buffer is searched at native speed, other bytes more slowly. What is cut out of bytes shares their memory.
 */
import type { ControlEnvelope } from '../log/envelope.ts'
import { DATA, EVENT, FRAME_END, feedFrameLine, ID, kindPart } from './frame.ts'

const LINE_FEED = 10
const ZERO = 48
const COMMA = 44

/** Part of a run of frames: bytes `from` to `to` hold the records `firstSeq` to `lastSeq`. */
export interface FrameRange {
  readonly firstSeq: number
  readonly lastSeq: number
  readonly from: number
  readonly to: number
}

/** Frames of one thread, in order and without holes. */
export interface FrameRun {
  readonly firstSeq: number
  readonly lastSeq: number
  readonly bytes: Uint8Array
}

/** How much a reader still takes. */
export interface FrameBudget {
  bytes: number
  records: number
}

/** Where the first `records` frames end, or all of them where there are fewer. */
export function skipFrames(frames: Uint8Array, records: number): number {
  let from = 0
  for (let record = 0; record < records; record++) {
    const end = blankLineAfter(frames, from)
    if (end === -1) break
    from = end
  }
  return from
}

/**
 * The frames after `after`: as many whole ones as fit in the budget, which is reduced by them. `atLeastOne` takes the
 * first one, whatever its size.
 * @throws Error for a frame that is not whole
 */
export function cutFrames(run: FrameRun, after: number, budget: FrameBudget, atLeastOne: boolean): FrameRange {
  const { bytes, lastSeq } = run
  let from = 0
  for (let seq = run.firstSeq; seq <= after; seq++) from = frameEnd(bytes, from)

  const firstSeq = Math.max(run.firstSeq, after + 1)
  const left = bytes.length - from
  if (left <= budget.bytes && lastSeq - firstSeq + 1 <= budget.records) {
    budget.bytes -= left
    budget.records -= lastSeq - firstSeq + 1
    return { firstSeq, lastSeq, from, to: bytes.length }
  }

  let to = from
  let taken = 0
  for (let seq = firstSeq; seq <= lastSeq; seq++) {
    const end = frameEnd(bytes, to)
    const fits = end - from <= budget.bytes && taken < budget.records
    if (!fits && !(atLeastOne && taken === 0)) break
    to = end
    taken++
  }
  // Nothing more is taken: a smaller frame behind one that does not fit would leave a hole.
  budget.bytes = 0
  budget.records = 0
  return { firstSeq, lastSeq: firstSeq + taken - 1, from, to }
}

/**
 * Divides frames at their ends into parts of at least `size` bytes each, except the last one.
 * @throws Error for a frame that is not whole
 */
export function* divideFrames({ bytes, firstSeq, lastSeq }: FrameRun, size: number): Generator<FrameRange> {
  let from = 0
  let seq = firstSeq
  while (from < bytes.length) {
    const isLast = bytes.length - from <= 2 * size
    const to = isLast ? bytes.length : blankLineAfter(bytes, Math.max(from, from + size - FRAME_END.length))
    if (to === -1) throw notWhole()
    const next = to === bytes.length ? lastSeq + 1 : seqAt(bytes, to)
    yield { firstSeq: seq, lastSeq: next - 1, from, to }
    from = to
    seq = next
  }
}

/** Whether frames begin as those of a thread do. `address` holds the bytes of its `frameAddress`. */
export function haveAddress(frames: Uint8Array, address: Uint8Array): boolean {
  const from = frames.indexOf(LINE_FEED)
  if (from === -1) return false
  for (let at = 0; at < address.length; at++) if (frames[from + at] !== address[at]) return false
  return true
}

/**
 * Copies the envelopes of `frames` to `target` from `at` on, with commas between them. Returns where they end.
 * They take less room than their frames.
 * @throws Error for a frame that is not whole
 */
export function copyEnvelopes(frames: Uint8Array, target: Uint8Array, at: number): number {
  let written = at
  for (let from = 0; from < frames.length; ) {
    const data = dataLine(frames, from)
    const end = dataEnd(frames, data)
    if (from > 0) target[written++] = COMMA
    const envelope = frames.subarray(data + DATA.length, end - FRAME_END.length)
    target.set(envelope, written)
    written += envelope.length
    from = end
  }
  return written
}

/**
 * Stored frames as `log` frames of the feed, in parts to be joined: only the line before each envelope is another one.
 * @throws Error for a frame that is not whole
 */
export function asLogFrames(frames: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = []
  for (let from = 0; from < frames.length; ) {
    const data = dataLine(frames, from)
    const end = dataEnd(frames, data)
    parts.push(LOG_LINE, frames.subarray(data, end))
    from = end
  }
  return parts
}

/** Bytes that find a sequence of bytes, and decode themselves: Node's Buffer. */
interface SearchableBytes {
  readonly length: number
  indexOf(bytes: Uint8Array, from?: number): number
  lastIndexOf(bytes: Uint8Array, from?: number): number
  toString(encoding: 'utf8', from: number, to: number): string
}

export interface ControlRecord {
  readonly envelope: ControlEnvelope
  /** The first characters of the next record's event; empty where there is no next record. */
  readonly next: string
}

/** Enough of the next event to see its type. */
const PEEK = 64

/** Bytes that every control record holds. An agent's event may hold them too. */
export const CONTROL_MARK: Uint8Array = bytesOf(`${kindPart('control')}{`)

/** The control records among stored frames. What an agent said is not decoded. */
export function* controlRecords(frames: SearchableBytes): Generator<ControlRecord> {
  for (let found = frames.indexOf(CONTROL_MARK); found !== -1; ) {
    const before = frames.lastIndexOf(FRAME_END_BYTES, found)
    const from = frames.indexOf(DATA_BYTES, before === -1 ? 0 : before) + DATA.length
    const end = frames.indexOf(FRAME_END_BYTES, found)
    const to = end === -1 ? frames.length : end
    // The first `,"event":` of the frame ends its head. A mark behind it is the agent's own text.
    if (frames.indexOf(EVENT_BYTES, from) > found) {
      const envelope = JSON.parse(frames.toString('utf8', from, to)) as ControlEnvelope
      yield { envelope, next: nextEvent(frames, to) }
    }
    found = frames.indexOf(CONTROL_MARK, to)
  }
}

function nextEvent(frames: SearchableBytes, after: number): string {
  const at = frames.indexOf(EVENT_BYTES, after)
  return at === -1 ? '' : frames.toString('utf8', at + EVENT.length, at + EVENT.length + PEEK)
}

/** Where the frame that begins at `start` ends, its blank line included. */
function frameEnd(bytes: Uint8Array, start: number): number {
  return dataEnd(bytes, dataLine(bytes, start))
}

/** Where the frame ends whose data line begins at `data`. */
function dataEnd(bytes: Uint8Array, data: number): number {
  const end = bytes.indexOf(LINE_FEED, data)
  if (end === -1 || bytes[end + 1] !== LINE_FEED) throw notWhole()
  return end + FRAME_END.length
}

/** Where the data line of the frame that begins at `start` begins. Its `id` line is too short for a native search. */
function dataLine(bytes: Uint8Array, start: number): number {
  for (let at = start + ID.length; at < bytes.length; at++) if (bytes[at] === LINE_FEED) return at + 1
  throw notWhole()
}

/** The seq of the frame that begins at `start`. */
function seqAt(bytes: Uint8Array, start: number): number {
  let seq = 0
  for (let at = start + ID.length; at < bytes.length && bytes[at] !== LINE_FEED; at++) {
    seq = seq * 10 + ((bytes[at] ?? ZERO) - ZERO)
  }
  return seq
}

/** Where the next blank line from `at` on ends, wherever in a frame that is; -1 without one. */
function blankLineAfter(bytes: Uint8Array, at: number): number {
  let lineFeed = bytes.indexOf(LINE_FEED, at)
  while (lineFeed !== -1 && bytes[lineFeed + 1] !== LINE_FEED) lineFeed = bytes.indexOf(LINE_FEED, lineFeed + 1)
  return lineFeed === -1 ? -1 : lineFeed + FRAME_END.length
}

function notWhole(): Error {
  return new Error('A stored frame is not whole.')
}

/** Layout text as bytes: all of it is ASCII. */
function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

const LOG_LINE = bytesOf(feedFrameLine('log'))
const DATA_BYTES = bytesOf(DATA)
const EVENT_BYTES = bytesOf(EVENT)
const FRAME_END_BYTES = bytesOf(FRAME_END)
