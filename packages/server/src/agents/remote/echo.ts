/**
 * The person's words that an agent says back as a message of the person: they stand in the thread already. Held back
 * only as long as they may become just those; anything else goes on at once. Does not know: what else an agent says.
 */
import { contentToText, type Event, EventType, type Message } from '@ag-ui/core'

export interface EchoFilter {
  /** What is to be said of it now, in order: nothing, it, or what was held back and it. */
  pass(event: Event): readonly Event[]
}

/** `messages` are those that the agent is told. */
export function createEchoFilter(messages: readonly Message[]): EchoFilter {
  const last = messages.findLast(({ role }) => role === 'user')
  const words = last?.role === 'user' ? contentToText(last.content).trim() : ''
  let held: Event[] = []
  let said = ''

  function release(): Event[] {
    const events = held
    held = []
    said = ''
    return events
  }

  /** It says no more: what was held is an echo, or it is not. */
  function settled(): readonly Event[] {
    const isEcho = said.trim() === words
    const events = release()
    return isEcho ? [] : events
  }

  function pass(event: Event): readonly Event[] {
    if (words === '') return [event]
    if (held.length > 0) {
      if (!goesOn(held[0], event)) return [...settled(), ...pass(event)]
      held.push(event)
      said += 'delta' in event && typeof event.delta === 'string' ? event.delta : ''
      if (event.type === EventType.TEXT_MESSAGE_END) return settled()
      return words.startsWith(said.trim()) ? [] : release()
    }
    if (!beginsAsPerson(event)) return [event]
    held.push(event)
    said = 'delta' in event ? (event.delta ?? '') : ''
    return words.startsWith(said.trim()) ? [] : release()
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
