/**
 * Reads an SSE body as the JSON of its events, only as fast as it is consumed, and never holds more than one event.
 * Tolerates what frameworks put between events: heartbeats, empty data, [DONE]. Does not know: what an event may be.
 */
import { EventType } from '@ag-ui/core'
import { createParser } from 'eventsource-parser'
import { AgentFailure } from '../failure.ts'
import type { SilenceWatch } from '../silence.ts'
import { notAgUi } from './failures.ts'
import { typeOf } from './types.ts'

/** UTF-16 units of one event with its field names: slightly more than an agent may send at once. */
const MAX_EVENT_UNITS = 1024 * 1024 + 64 * 1024

/** An event whose data is not JSON, such as `ping`. */
export const NO_EVENT = Symbol('no event')

/**
 * Yields any JSON, otherwise unchecked. Ends with the body.
 * @throws AgentFailure `agent_protocol`, `limit_exceeded`; or the socket's error
 */
export async function* readEvents({ body }: Response, watch: SilenceWatch): AsyncGenerator<unknown> {
  if (!body) return
  const reader = body.getReader()
  const decoder = new TextDecoder()
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
  for (;;) {
    const { done, value } = await watch.guard(reader.read())
    if (!done) watch.heard()
    // The last event may lack its blank line.
    const text = done ? `${decoder.decode()}\n\n` : decoder.decode(value, { stream: true })
    if (head !== undefined) head = checkedHead(head + text)
    feed(text)
    // Nothing follows the end of a run, maybe not even the rest of its frame.
    tail = done ? '' : (tail + text).slice(-MAX_TAIL_UNITS)
    if (endsRun(tail)) feed('\n\n')
    const events = said.splice(0)
    for (const [at, { name, data }] of events.entries()) {
      const isLast = done && at === events.length - 1
      for (const event of parsed(data, isLast)) yield named(event, name)
    }
    if (tooLarge) throw new AgentFailure('limit_exceeded', 'The remote agent sent an event that is too large.')
    if (done) return
  }

  function feed(text: string): void {
    try {
      parser.feed(text)
    } catch {
      // After refusing a buffer the parser accepts nothing more.
      tooLarge = true
    }
  }
}

/** What a line of an event stream starts with (HTML Living Standard, 9.2.5). */
const FIELDS = ['data:', 'event:', 'id:', 'retry:', ':']

/**
 * A page or a JSON document is recognised by its first character, without waiting for its end. Undefined: it is a
 * stream.
 */
function checkedHead(given: string): string | undefined {
  const head = given.trimStart()
  if (FIELDS.some((field) => head.startsWith(field))) return undefined
  if (FIELDS.some((field) => field.startsWith(head))) return head
  throw notAgUi()
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

/** The events in one event's data. `isLast`: the stream ended in it, so it may be truncated. */
function parsed(data: string, isLast: boolean): readonly unknown[] {
  const text = data.trim()
  if (text === '' || text === '[DONE]') return []
  const whole = json(text)
  if (whole !== NO_EVENT) return Array.isArray(whole) ? whole : [whole]
  // Several events, one per line, without blank lines between them.
  const lines = text.includes('\n') ? text.split('\n').map(json) : []
  if (lines.length > 0 && !lines.includes(NO_EVENT)) return lines
  if (!/^[[{"]/.test(text)) return [NO_EVENT]
  if (isLast) return []
  throw new AgentFailure('agent_protocol', 'The remote agent sent an event that is not valid JSON. Try again.')
}

/** JSON, including Python's NaN and Infinity, which JSON does not have. */
function json(text: string): unknown {
  for (const spelling of [text, text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, withNull)]) {
    try {
      return JSON.parse(spelling)
    } catch {
      // It is not valid JSON as written.
    }
  }
  return NO_EVENT
}

function withNull(token: string): string {
  return token.startsWith('"') ? token : 'null'
}

/** Some name the event's type only in the frame. */
function named(event: unknown, name: string | undefined): unknown {
  if (name === undefined || typeof event !== 'object' || event === null || 'type' in event) return event
  return { ...event, type: name }
}
