/**
 * Stored frames as bytes: where one ends, which seq it has. A frame is `id: <seq>\ndata: <json>\n\n` (core/wire/frame.ts)
 * and JSON holds no raw line feed, so the blank line is its end and its own first line says its position.
 */
const END = Buffer.from('\n\n')
const LINE_FEED = 10
const ZERO = 48
const ID_LENGTH = 'id: '.length

/** Where the frame that begins at `from` ends, its blank line included. */
function frameEnd(bytes: Buffer, from: number): number {
  return bytes.indexOf(END, from) + END.length
}

/** The seq of the frame that begins at `from`. */
function seqAt(bytes: Buffer, from: number): number {
  let seq = 0
  for (let at = from + ID_LENGTH; at < bytes.length && bytes[at] !== LINE_FEED; at++) {
    seq = seq * 10 + ((bytes[at] ?? ZERO) - ZERO)
  }
  return seq
}

/** How much a reader still takes. */
export interface Budget {
  bytes: number
  records: number
}

export interface Cut {
  readonly bytes: Buffer
  readonly lastSeq: number
}

/**
 * The frames after `after` out of `bytes`, which hold the frames `firstSeq` to `lastSeq`: as many whole ones as fit in
 * the budget, which is drawn on. `atLeastOne` takes the first one whatever its size.
 */
export function cutFrames(
  bytes: Buffer,
  firstSeq: number,
  lastSeq: number,
  after: number,
  budget: Budget,
  atLeastOne: boolean,
): Cut {
  let from = 0
  for (let seq = firstSeq; seq <= after; seq++) from = frameEnd(bytes, from)

  const first = Math.max(firstSeq, after + 1)
  if (bytes.length - from <= budget.bytes && lastSeq - first + 1 <= budget.records) {
    budget.bytes -= bytes.length - from
    budget.records -= lastSeq - first + 1
    return { bytes: bytes.subarray(from), lastSeq }
  }

  let to = from
  let taken = 0
  for (let seq = first; seq <= lastSeq; seq++) {
    const end = frameEnd(bytes, to)
    const fits = end - from <= budget.bytes && taken < budget.records
    if (!fits && !(atLeastOne && taken === 0)) break
    to = end
    taken++
  }
  // Used up: what comes after does not fit either, or would leave a hole.
  budget.bytes = 0
  budget.records = 0
  return { bytes: bytes.subarray(from, to), lastSeq: first + taken - 1 }
}

/** Cuts frames into pieces of at least `size` bytes each, the last one excepted, at frames' ends. */
export function* pieces(bytes: Buffer, firstSeq: number, lastSeq: number, size: number): Generator<Piece> {
  let from = 0
  let seq = firstSeq
  while (from < bytes.length) {
    const to = bytes.length - from <= 2 * size ? bytes.length : frameEnd(bytes, from + size - END.length)
    const next = to === bytes.length ? lastSeq + 1 : seqAt(bytes, to)
    yield { firstSeq: seq, lastSeq: next - 1, bytes: bytes.subarray(from, to) }
    from = to
    seq = next
  }
}

export interface Piece {
  readonly firstSeq: number
  readonly lastSeq: number
  readonly bytes: Buffer
}
