/**
 * Hears one run of a foreign agent: translates what it says, leaves out its echo of the person, closes calls that it
 * left open. Does not know: how the data travels, whether the events are legal, which the recorder decides.
 */
import { type Event, EventType, type Message } from '@ag-ui/core'
import { saysBusy } from './busy.ts'
import { createDialect } from './dialect.ts'
import { createEchoFilter } from './echo.ts'
import { NO_EVENT } from './event-reader.ts'
import { createOpenCalls } from './open-calls.ts'
import { typeOf } from './types.ts'

export type Heard =
  /** To be passed on now, in order; none while an echo is possible. */
  | { readonly type: 'events'; readonly events: readonly Event[] }
  /** It still works on an earlier run, and has not begun this one. */
  | { readonly type: 'busy' }
  /** It speaks another protocol. */
  | { readonly type: 'other' }

export interface Hearing {
  /** Call once for each piece of data, in order, until the run has ended. */
  hear(said: unknown): Heard
  /** RUN_FINISHED or RUN_ERROR was heard. */
  readonly hasEnded: boolean
  /** An AG-UI event was heard, or nothing that is none. */
  readonly isAgUi: boolean
}

/** `messages` are those sent to the agent. */
export function createHearing(messages: readonly Message[]): Hearing {
  const dialect = createDialect()
  const echoes = createEchoFilter(messages)
  const calls = createOpenCalls()
  let knows = false
  let isOdd = false
  let hasSpoken = false
  let hasEnded = false

  return {
    hear(said) {
      if (!knows && isOther(said)) return { type: 'other' }
      const event = said === NO_EVENT ? HEARTBEAT : dialect.read(said)
      const type = typeOf(event?.type)
      knows ||= type !== undefined
      isOdd ||= type === undefined
      if (type === EventType.RUN_ERROR && !hasSpoken && saysBusy(wordsIn(event))) return { type: 'busy' }
      hasEnded = type === EventType.RUN_FINISHED || type === EventType.RUN_ERROR
      hasSpoken ||= type !== undefined && SPOKEN.test(type)
      return { type: 'events', events: [...calls.before(event), event].flatMap((each) => echoes.pass(each)) }
    },
    get hasEnded() {
      return hasEnded
    },
    get isAgUi() {
      return knows || !isOdd
    },
  }
}

/** The start, a step or a state do not count as output yet. */
const SPOKEN = /^(TEXT|REASONING|TOOL|ACTIVITY|MESSAGES|SUBAGENT)_/

/** Data that is not an event: the recorder skips and counts it. */
const HEARTBEAT = { type: 'no_event' } as unknown as Event

/** Streams of other protocols: chat completions, JSON-RPC. */
function isOther(said: unknown): boolean {
  if (typeof said !== 'object' || said === null || 'type' in said) return false
  return 'choices' in said || 'jsonrpc' in said || 'candidates' in said
}

function wordsIn(event: Event): string {
  const { message, code } = event as { message?: unknown; code?: unknown }
  return `${message} ${code}`
}
