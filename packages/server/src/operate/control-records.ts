/**
 * The control records among stored frames, found without reading what an agent said: the bytes are searched for what
 * only the head of a control record holds (core/wire/frame.ts). Does not know: what the records mean.
 */
import type { ControlEnvelope } from '@holdfast/core'

const CONTROL = Buffer.from('","kind":"control","event":{')
const EVENT = Buffer.from(',"event":')
const DATA = Buffer.from('data: ')
const END = Buffer.from('\n\n')
/** Enough of the next event to see its type. */
const PEEK = 64

export interface ControlRecord {
  readonly envelope: ControlEnvelope
  /** The first characters of the next record's event; empty when there is none. */
  readonly next: string
}

const NONE: readonly ControlRecord[] = []

/** Asked for each commit of each thread: where there is none, it is one search of the bytes and nothing else. */
export function controlRecords(frames: Uint8Array): Iterable<ControlRecord> {
  const first = Buffer.prototype.indexOf.call(frames, CONTROL)
  return first === -1 ? NONE : recordsFrom(Buffer.from(frames.buffer, frames.byteOffset, frames.byteLength), first)
}

function* recordsFrom(bytes: Buffer, first: number): Generator<ControlRecord> {
  let found = first
  while (found !== -1) {
    // JSON holds no raw line feed, so the frame around it is between two blank lines.
    const before = bytes.lastIndexOf(END, found)
    const from = bytes.indexOf(DATA, before === -1 ? 0 : before) + DATA.length
    const end = bytes.indexOf(END, found)
    const to = end === -1 ? bytes.length : end
    // The same bytes may stand in an event that an agent made: the record's own head decides.
    const envelope = bytes.indexOf(EVENT, from) < found ? undefined : JSON.parse(bytes.toString('utf8', from, to))
    if (envelope) yield { envelope: envelope as ControlEnvelope, next: nextEvent(bytes, to) }
    found = bytes.indexOf(CONTROL, to)
  }
}

function nextEvent(bytes: Buffer, after: number): string {
  const at = bytes.indexOf(EVENT, after)
  return at === -1 ? '' : bytes.toString('utf8', at + EVENT.length, at + EVENT.length + PEEK)
}
