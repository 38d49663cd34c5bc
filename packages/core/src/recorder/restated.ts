/**
 * Finds the messages of a MESSAGES_SNAPSHOT that the agent was given. The agent may have changed their ids or their
 * content. Everything up to the last given message is the past, which the log already has.
 *
 * Does not know: what the run itself has written.
 */
import type { Message } from '@ag-ui/core'
import { kindOf } from './entity.ts'

export interface Past {
  /** How many messages of the snapshot are the past, up to the last given one. 0: the snapshot does not reach back. */
  readonly length: number
  /** By position in the snapshot: the given message that is restated there. */
  readonly given: ReadonlyMap<number, Message>
}

const NO_PAST: Past = { length: 0, given: new Map() }

export function pastIn(messages: readonly Message[], given: readonly Message[]): Past {
  const last = given.at(-1)
  if (!last) return NO_PAST
  const end = placeOf(last, messages, given)
  if (end === -1) return NO_PAST
  const found = new Map([[end, last]])
  const left = new Map(given.slice(0, -1).map((message) => [message.id, message]))
  for (let at = 0; at < end; at++) {
    const message = messages[at] as Message
    const known = left.get(message.id)
    if (!known || kindOf(known.role) !== kindOf(message.role)) continue
    found.set(at, known)
    left.delete(known.id)
  }
  const byWords = new Map<string, Message[]>()
  for (const message of left.values()) {
    const words = wordsOf(message)
    const same = byWords.get(words)
    if (same) same.push(message)
    else byWords.set(words, [message])
  }
  for (let at = 0; at < end; at++) {
    if (found.has(at)) continue
    const known = byWords.get(wordsOf(messages[at] as Message))?.shift()
    if (known) found.set(at, known)
  }
  return { length: end + 1, given: found }
}

/** Whether two messages have the same kind and the same text, whatever their ids are. */
export function sameText(one: Message, other: Message): boolean {
  return kindOf(one.role) === kindOf(other.role) && textIn(one.content) === textIn(other.content)
}

/** The person's messages among `given`, by their text. An agent never speaks for a person. */
export function personsWords(given: readonly Message[]): ReadonlyMap<unknown, Message> {
  return new Map(given.flatMap((message) => (message.role === 'user' ? [[textIn(message.content), message]] : [])))
}

export function wordsIn({ content }: Message): unknown {
  return textIn(content)
}

/** Found by its id, else by its text, else as the last message of a person that has an unknown id. */
function placeOf(last: Message, messages: readonly Message[], given: readonly Message[]): number {
  const byId = messages.findLastIndex(({ id, role }) => id === last.id && kindOf(role) === kindOf(last.role))
  if (byId !== -1) return byId
  const ids = new Set(given.map(({ id }) => id))
  const words = messages.findLastIndex((message) => !ids.has(message.id) && sameText(message, last))
  if (words !== -1) return words
  if (last.role !== 'user') return -1
  const place = messages.findLastIndex(({ role }) => role === 'user')
  return ids.has(messages[place]?.id ?? '') ? -1 : place
}

function wordsOf(message: Message): string {
  const { content } = message
  const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : []
  const called = calls.map(({ function: { name, arguments: given } }) => [name, given])
  return JSON.stringify([message.role, textIn(content), ...called])
}

function textIn(content: Message['content']): unknown {
  if (typeof content === 'string') return content.trim()
  if (!Array.isArray(content)) return content ?? ''
  const texts = content.filter((part) => part.type === 'text').map(({ text }) => text)
  return texts.join('\n').trim()
}
