/**
 * Takes the text of an SSE body apart into the JSON of its events, and holds never more than one event. Tolerates what
 * frameworks put between events: heartbeats, empty data, [DONE]. Does not know: where the text comes from, what an event
 * may be.
 */
import { EventType } from '@ag-ui/core'
import { createParser } from 'eventsource-parser'
import { typeOf } from './types.ts'

/** UTF-16 units of one event with its field names: slightly more than an agent may send at once. */
const MAX_EVENT_UNITS = 1024 * 1024 + 64 * 1024

/** An event whose data is not JSON, such as `ping`. */
export const NO_EVENT = Symbol('no event')

/** Why nothing more can be read from a body. */
export type ReadFault =
  /** It is a page or a document, and not an event stream. */
  'no_event_stream' | 'no_json' | 'too_large'

export interface EventReader {
  /**
   * The events that are complete with this text: any JSON, otherwise unchecked, and `NO_EVENT`. `isLast`: no text
   * follows. After a `fault` nothing more may be read; the events before it are valid.
   */
  read(text: string, isLast: boolean): { readonly events: readonly unknown[]; readonly fault?: ReadFault }
}

export function createEventReader(): EventReader {
  const said: { readonly name: string | undefined; readonly data: string }[] = []
  let head: string | undefined = ''
  let tail = ''
  let tooLarge = false
  const parser = createParser({
    maxBufferSize: MAX_EVENT_UNITS,
    onEvent: ({ event, data }) => void said.push({ name: event, data }),
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') tooLarge = true
    },
  })

  function feed(text: string): void {
    try {
      parser.feed(text)
    } catch {
      // After refusing a buffer the parser accepts nothing more.
      tooLarge = true
    }
  }

  return {
    read(given, isLast) {
      // The last event may lack its blank line.
      const text = isLast ? `${given}\n\n` : given
      if (head !== undefined) {
        // Blank lines before the first event are not kept: there may be any number of them.
        head = (head + text).trimStart()
        const begun = headOf(head)
        if (begun === 'no_event_stream') return { events: [], fault: begun }
        if (begun === 'event_stream') head = undefined
      }
      feed(text)
      // Nothing follows the end of a run, maybe not even the rest of its frame.
      tail = isLast ? '' : (tail + text).slice(-MAX_TAIL_UNITS)
      if (endsRun(tail)) feed('\n\n')
      const events: unknown[] = []
      const frames = said.splice(0)
      for (const [at, { name, data }] of frames.entries()) {
        const parts = parsed(data, isLast && at === frames.length - 1)
        if (!parts) return { events, fault: 'no_json' }
        events.push(...parts.map((event) => named(event, name)))
      }
      return tooLarge ? { events, fault: 'too_large' } : { events }
    },
  }
}

/** What a line of an event stream starts with (HTML Living Standard, 9.2.5). */
const FIELDS = ['data:', 'event:', 'id:', 'retry:', ':']

/** A page or a JSON document is recognised by its first character, without waiting for its end. */
function headOf(head: string): 'event_stream' | 'no_event_stream' | 'unclear' {
  if (FIELDS.some((field) => head.startsWith(field))) return 'event_stream'
  return FIELDS.some((field) => field.startsWith(head)) ? 'unclear' : 'no_event_stream'
}

/** The end of a run is a small event. */
const MAX_TAIL_UNITS = 4 * 1024
const FRAME_ENDS = ['\n\n', '\n\r\n', '\r\r']
const LAST_LINE = /(?:^|[\r\n])data:([^\r\n]*\})[ \t]*(?:\r\n|\r|\n)?$/

/** Whether the text ends in a complete RUN_FINISHED or RUN_ERROR that lacks its blank line. */
function endsRun(text: string): boolean {
  if (FRAME_ENDS.some((end) => text.endsWith(end))) return false
  const [, data = ''] = LAST_LINE.exec(text) ?? []
  const said = /run/i.test(data) ? json(data) : NO_EVENT
  const type = typeOf(typeof said === 'object' && said !== null && 'type' in said ? said.type : undefined)
  return type === EventType.RUN_FINISHED || type === EventType.RUN_ERROR
}

/** The events in one event's data; undefined: it is no JSON. `isLast`: the stream ended in it, so it may be truncated. */
function parsed(data: string, isLast: boolean): readonly unknown[] | undefined {
  const text = data.trim()
  if (text === '' || text === '[DONE]') return []
  const whole = json(text)
  if (whole !== NO_EVENT) return Array.isArray(whole) ? whole : [whole]
  // Several events, one per line, without blank lines between them.
  const lines = text.includes('\n') ? text.split('\n').map(json) : []
  if (lines.length > 0 && !lines.includes(NO_EVENT)) return lines
  if (!/^[[{"]/.test(text)) return [NO_EVENT]
  return isLast ? [] : undefined
}

/** JSON, including Python's NaN and Infinity, which JSON does not have. */
function json(text: string): unknown {
  const whole = strictJson(text)
  return whole === NO_EVENT ? strictJson(text.replace(TEXT_OR_NUMBER, withNull)) : whole
}

/** Also takes a text without its end, so that no character is read twice. */
const TEXT_OR_NUMBER = /"(?:[^"\\]|\\[\s\S])*"?|-?\b(?:NaN|Infinity)\b/g

function withNull(token: string): string {
  return token.startsWith('"') ? token : 'null'
}

function strictJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return NO_EVENT
  }
}

/** Some name the event's type only in the frame. */
function named(event: unknown, name: string | undefined): unknown {
  if (name === undefined || typeof event !== 'object' || event === null || 'type' in event) return event
  return { ...event, type: name }
}
