/**
 * A provider's answer as the JSON values in it, whatever carries them: server-sent events, lines of JSON, one JSON
 * value or a list of them. They are told apart by content, never by content type. Owns: lines and their fields. Does
 * not know: what a value says.
 *
 * Not eventsource-parser: it emits an event at its blank line, which not every provider sends, and reads no bare JSON.
 */
import { createValueReader, type Frame } from './values.ts'

export interface FrameReader {
  push(text: string): readonly NamedFrame[]
  /** The stream has ended. */
  end(): readonly NamedFrame[]
}

/** `event`: the name of its server-sent event, if it has one. */
export type NamedFrame = Frame & { readonly event?: string }

type Line =
  /** Not known yet: `head` holds what has arrived of it. */
  | 'new'
  | 'data'
  /** JSON without a field, or anything else. */
  | 'bare'
  | 'event'
  /** A comment, or an ignored field. */
  | 'ignored'

/** No field or event has a longer name. */
const MAX_NAME_LENGTH = 64
/** What starts JSON, what may separate its values, and what starts a page. */
const BARE: ReadonlySet<string> = new Set(['{', '}', '[', ']', ',', '"', "'", '<', '\u001e'])

export function createFrameReader(): FrameReader {
  const values = createValueReader()
  let line: Line = 'new'
  let head = ''
  let event = ''
  /** The open value began after `data:`. */
  let inData = false
  let wasCarriageReturn = false

  function read(part: string): void {
    switch (line) {
      case 'new':
        if (values.isOpen && !inData) {
          line = 'bare'
          values.read(part)
        } else {
          head += part
          tell()
        }
        return
      case 'data':
      case 'bare':
        values.read(part)
        return
      case 'event':
        if (event.length < MAX_NAME_LENGTH) event += part
    }
  }

  /** Determines the kind of line as soon as its head shows it. */
  function tell(): void {
    const shown = head.trimStart()
    const colon = shown.indexOf(':')
    const name = shown.slice(0, Math.max(0, colon)).toLowerCase()
    if (shown === '') head = ''
    else if (colon === 0 || name === 'id' || name === 'retry') line = 'ignored'
    else if (name === 'data') begin('data', shown.slice(colon + 1))
    else if (name === 'event') {
      event = ''
      begin('event', shown.slice(colon + 1))
    } else if (colon > 0 || BARE.has(shown.charAt(0)) || shown.length > MAX_NAME_LENGTH) begin('bare', shown)
  }

  function begin(next: 'data' | 'event' | 'bare', part: string): void {
    // Some break their JSON into lines and write `data:` only before the first. JSON text contains no such line break.
    const goesOn = next === 'bare' && values.isOpen && !values.isInText
    if (next === 'bare' && values.isOpen && !goesOn) values.breakOff()
    if (next !== 'event' && !goesOn) inData = next === 'data'
    line = next
    head = ''
    read(part)
  }

  function endLine(): void {
    if (line === 'new') endNewLine()
    else if (line === 'data' || line === 'bare') values.endLine()
    line = 'new'
    head = ''
  }

  function endNewLine(): void {
    if (head.trim() !== '') {
      if (!/^(data|event|id|retry)$/i.test(head.trim())) begin('bare', head)
      values.endLine()
    } else if (!values.isOpen || inData) {
      // An empty line ends an event.
      if (values.isOpen) values.breakOff()
      event = ''
    }
  }

  function takeNamed(into: NamedFrame[]): void {
    for (const frame of values.take()) into.push(event.trim() === '' ? frame : { ...frame, event: event.trim() })
  }

  return {
    push(text) {
      const frames: NamedFrame[] = []
      for (let at = 0; at < text.length; ) {
        if (wasCarriageReturn) {
          wasCarriageReturn = false
          if (text[at] === '\n') {
            at++
            continue
          }
        }
        const end = endOfLine(text, at)
        if (end > at) read(text.slice(at, end))
        if (end < text.length) {
          // Do this before the line ends the event and with it the event's name.
          takeNamed(frames)
          endLine()
          wasCarriageReturn = text[end] === '\r'
        }
        at = end + 1
      }
      takeNamed(frames)
      return frames
    },
    end() {
      if (values.isOpen) values.breakOff()
      endLine()
      const frames: NamedFrame[] = []
      takeNamed(frames)
      return frames
    },
  }
}

function endOfLine(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === 0x0a || char === 0x0d) return at
  }
  return text.length
}
