/**
 * Suppresses an echo: the person's message that an agent repeats as a message of the person. It is in the thread
 * already. Events are held back only while they may still form exactly that text; anything else passes at once. Does
 * not know: what else an agent sends.
 */
import { contentToText, type Event, EventType, type Message } from '@ag-ui/core'

/** More pieces than any agent splits an echo into. */
const MAX_HELD = 10_000
/** Characters around the echoed text, which are white space. */
const MAX_BLANKS = 64 * 1024

export interface EchoFilter {
  /** The events to pass on now, in order: none, this one, or the held-back ones and this one. */
  pass(event: Event): readonly Event[]
}

/** `messages` are those sent to the agent. */
export function createEchoFilter(messages: readonly Message[]): EchoFilter {
  const last = messages.findLast(({ role }) => role === 'user')
  const words = last?.role === 'user' ? contentToText(last.content).trim() : ''
  let held: Event[] = []
  /** Characters of the text repeated so far. */
  let at = 0
  /** Characters of the pieces held back. */
  let length = 0

  function release(): Event[] {
    const events = held
    held = []
    at = 0
    length = 0
    return events
  }

  /** The message has ended: the held-back events are an echo, or not. */
  function settled(): readonly Event[] {
    const isEcho = at === words.length
    const events = release()
    return isEcho ? [] : events
  }

  /** Whether this piece continues the text. Each piece is compared once. Surrounding white space is ignored. */
  function isSaidBack(event: Event): boolean {
    const delta = 'delta' in event && typeof event.delta === 'string' ? event.delta : ''
    length += delta.length
    if (length > words.length + MAX_BLANKS) return false
    const piece = at === 0 ? delta.trimStart() : delta
    const rest = words.length - at
    if (!words.startsWith(piece.slice(0, rest), at) || piece.slice(rest).trim() !== '') return false
    at += Math.min(piece.length, rest)
    return true
  }

  function pass(event: Event): readonly Event[] {
    if (words === '') return [event]
    if (held.length > 0 ? !goesOn(held[0], event) : !beginsAsPerson(event))
      return held.length > 0 ? [...settled(), ...pass(event)] : [event]
    held.push(event)
    if (!isSaidBack(event) || held.length > MAX_HELD) return release()
    return event.type === EventType.TEXT_MESSAGE_END ? settled() : []
  }

  return { pass }
}

type Spoken = Extract<Event, { type: EventType.TEXT_MESSAGE_START | EventType.TEXT_MESSAGE_CHUNK }>

function beginsAsPerson(event: Event): event is Spoken {
  const isStart = event?.type === EventType.TEXT_MESSAGE_START || event?.type === EventType.TEXT_MESSAGE_CHUNK
  return isStart && event.role === 'user'
}

function goesOn(first: Event | undefined, event: Event): boolean {
  const { messageId: id } = first as Spoken
  switch (event?.type) {
    case EventType.TEXT_MESSAGE_CONTENT:
    case EventType.TEXT_MESSAGE_END:
      return event.messageId === id
    case EventType.TEXT_MESSAGE_CHUNK:
      return event.messageId === undefined || event.messageId === id
    default:
      return false
  }
}
