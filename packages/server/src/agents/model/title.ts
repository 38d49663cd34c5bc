/**
 * Asks a model once for a title of a conversation, from its first messages. Owns: the question. Does not know: whether
 * the title is used, or for which thread.
 */
import { EventType, type Message } from '@ag-ui/core'
import type { ModelMessage } from 'ai'
import { type CallOptions, createCall } from './call.ts'

const ASKED =
  'Name the conversation that begins with the message below: at most six words, in the language of the message, without quotation marks and without a full stop. Answer with the name alone.'

/** Characters of the message that are sent. The rest of a long message does not change its title. */
const MAX_CHARACTERS = 2_000

/** Undefined if there is no text. @throws whatever the call throws */
export async function askForTitle(
  options: CallOptions,
  messages: readonly Message[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const words = wordsOf(messages).slice(0, MAX_CHARACTERS)
  if (words.trim() === '') return undefined
  const prompt: ModelMessage[] = [
    { role: 'system', content: ASKED },
    { role: 'user', content: words },
  ]
  let title = ''
  for await (const event of createCall(options, { signal, usage: () => {} }).answer(prompt)) {
    if (event.type === EventType.TEXT_MESSAGE_CONTENT) title += event.delta
    if (title.length > MAX_CHARACTERS) break
  }
  return title
}

function wordsOf(messages: readonly Message[]): string {
  return messages
    .filter((message) => message.role === 'user')
    .map(({ content }) =>
      typeof content === 'string' ? content : content.map((part) => (part.type === 'text' ? part.text : '')).join(' '),
    )
    .join('\n')
}
