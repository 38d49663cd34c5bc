/**
 * The person's words that an agent says back as a message of the person: they stand in the thread already. Held back
 * only as long as they may become just those; anything else goes on at once. Does not know: what else an agent says.
 */
import { contentToText, type Event, EventType, type Message } from '@ag-ui/core'

/** Nobody says a person's words back in more pieces. */
const MAX_HELD = 10_000

export interface EchoFilter {
  /** What is to be said of it now, in order: nothing, it, or what was held back and it. */
  pass(event: Event): readonly Event[]
}

/** `messages` are those that the agent is told. */
export function createEchoFilter(messages: readonly Message[]): EchoFilter {
  const last = messages.findLast(({ role }) => role === 'user')
  const words = last?.role === 'user' ? contentToText(last.content).trim() : ''
  let held: Event[] = []
  /** How much of the words was said back. */
  let at = 0

  function release(): Event[] {
    const events = held
    held = []
    at = 0
    return events
  }

  /** It says no more: what was held is an echo, or it is not. */
  function settled(): readonly Event[] {
    const isEcho = at === words.length
    const events = release()
    return isEcho ? [] : events
  }

  /** Whether it goes on with the words; each piece is looked at once. Blanks round them make no difference. */
  function isSaidBack(event: Event): boolean {
    const delta = 'delta' in event && typeof event.delta === 'string' ? event.delta : ''
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
