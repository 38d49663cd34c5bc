/**
 * A conversation in the form that strict servers require: one system message first, then user and assistant in turns.
 * Their templates refuse anything else, and a thread soon has it: a failed run leaves two questions in a row. Pure.
 */
import type { ModelMessage, TextPart } from 'ai'

export function inTurns(messages: readonly ModelMessage[]): ModelMessage[] {
  const system = messages.flatMap((message) => (message.role === 'system' ? [message.content] : []))
  const turns: ModelMessage[] = system.length > 0 ? [{ role: 'system', content: system.join(BETWEEN) }] : []
  for (const message of messages) {
    if (message.role === 'system') continue
    const joined = joinedWith(turns.at(-1), message)
    if (joined) turns.splice(-1, 1, joined)
    else turns.push(message)
  }
  return turns
}

const BETWEEN = '\n\n'

/** Undefined: they are not from the same side. Tool results stay as they are: each answers its own call. */
function joinedWith(before: ModelMessage | undefined, next: ModelMessage): ModelMessage | undefined {
  if (before?.role === 'user' && next.role === 'user')
    return { role: 'user', content: contentOf(before.content, next.content) }
  if (before?.role === 'assistant' && next.role === 'assistant')
    return { role: 'assistant', content: contentOf(before.content, next.content) }
  return undefined
}

function contentOf<Part extends { readonly type: string }>(
  before: string | Part[],
  next: string | Part[],
): string | (Part | TextPart)[] {
  if (typeof before === 'string' && typeof next === 'string') return before + BETWEEN + next
  const [first, second] = [partsOf(before), partsOf(next)]
  const meet = first.at(-1)?.type === 'text' && second[0]?.type === 'text'
  return [...first, ...(meet ? [{ type: 'text' as const, text: BETWEEN }] : []), ...second]
}

function partsOf<Part>(content: string | Part[]): (Part | TextPart)[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content
}
