/**
 * Reads stored frames for a fold. Nearly all of a log is deltas, each much like the one before. Neighbours are joined as
 * text and parsed as one, which costs a fraction of parsing each.
 *
 * Invariant: folding the result is the same as folding each of the envelopes.
 */
import { type Event, EventType } from '@ag-ui/core'
import type { AguiEnvelope, Envelope } from '../log/envelope.ts'
import { DATA, FRAME_END, kindPart, SEQ } from './frame.ts'

const DATA_LINE = `\n${DATA}`
const AT = ',"at":"2026-01-01T00:00:00.000Z'
const TIME_LENGTH = '2026-01-01T00:00:00.000Z'.length
const AGUI = kindPart('agui')
const TIMESTAMP = ',"timestamp":'
const DELTA = ',"delta":"'
const END = `"}}${FRAME_END}`
const WHOLE_STRING = /^(?:[^"\\]|\\.)*$/

/** The records `since` to `envelope.seq`: one record, or several deltas of one message as one. */
export interface Joined {
  readonly envelope: Envelope
  readonly since: number
}

/** What deltas of one message have in common: the text before the seq, and the text between the time and the delta. */
interface Pattern {
  readonly address: string
  readonly opening: string
}

/** The records after a cursor, in order, from whole frames of one thread. */
export function* joinedFrames(text: string, after: number): Generator<Joined> {
  let from = 0
  while (from < text.length) {
    const begin = text.indexOf(DATA_LINE, from) + DATA_LINE.length
    const end = text.indexOf(FRAME_END, begin)
    from = end + FRAME_END.length
    const json = text.slice(begin, end)
    const envelope = JSON.parse(json) as Envelope
    if (envelope.seq <= after) continue
    const pattern = isPlainDelta(envelope) ? patternOf(json, envelope) : undefined
    const like = pattern && followers(text, from, pattern)
    if (!pattern || !like || like.count === 0) yield { envelope, since: envelope.seq }
    else {
      from = like.end
      yield { envelope: joined(envelope as DeltaEnvelope, like), since: envelope.seq }
    }
  }
}

interface Followers {
  readonly count: number
  /** JSON of their deltas without quotes. */
  readonly raw: string
  readonly end: number
  /** The time of the last one. */
  readonly at: string
}

function followers(text: string, from: number, { address, opening }: Pattern): Followers {
  let raw = ''
  let count = 0
  let end = from
  let atEnd = from
  while (end < text.length) {
    const begin = text.indexOf(DATA_LINE, end) + DATA_LINE.length
    const seqBegin = begin + address.length
    // Slices are compared faster than `startsWith` does it.
    if (text.slice(begin, seqBegin) !== address) break
    const openingBegin = text.indexOf(',', seqBegin) + AT.length
    let deltaBegin = openingBegin + opening.length
    if (text.slice(openingBegin, deltaBegin) !== opening) break
    if (text.startsWith(TIMESTAMP, deltaBegin)) deltaBegin = text.indexOf(',', deltaBegin + TIMESTAMP.length)
    if (!text.startsWith(DELTA, deltaBegin)) break
    // JSON holds no raw line feed, so this is the end of the frame.
    const deltaEnd = text.indexOf(FRAME_END, deltaBegin) + FRAME_END.length - END.length
    if (!text.startsWith(END, deltaEnd)) break
    const said = text.slice(deltaBegin + DELTA.length, deltaEnd)
    if (said.includes('"') && !WHOLE_STRING.test(said)) break
    raw += said
    count++
    atEnd = openingBegin - 1
    end = deltaEnd + END.length
  }
  return { count, raw, end, at: text.slice(atEnd - TIME_LENGTH, atEnd) }
}

function joined(envelope: DeltaEnvelope, { count, raw, at }: Followers): Envelope {
  const { event } = envelope
  const delta = event.delta + (JSON.parse(`"${raw}"`) as string)
  return { ...envelope, seq: envelope.seq + count, at, event: { ...event, delta } }
}

function patternOf(json: string, { event }: DeltaEnvelope): Pattern | undefined {
  const { delta: _, timestamp: __, ...rest } = event
  return {
    address: json.slice(0, json.indexOf(SEQ) + SEQ.length),
    opening: AGUI + JSON.stringify(rest).slice(0, -1),
  }
}

type DeltaEnvelope = AguiEnvelope & { readonly event: Extract<Event, { delta: string }> }

/** A delta of which a fold uses only the text. */
function isPlainDelta(envelope: Envelope): envelope is DeltaEnvelope {
  if (envelope.kind !== 'agui') return false
  const { event } = envelope
  switch (event.type) {
    case EventType.TEXT_MESSAGE_CONTENT:
    case EventType.TOOL_CALL_ARGS:
    case EventType.REASONING_MESSAGE_CONTENT:
      return event.metadata === undefined && typeof event.delta === 'string'
    default:
      return false
  }
}
