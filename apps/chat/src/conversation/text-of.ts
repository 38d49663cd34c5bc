/** The readable text of a message's content; a part that is not text is named. */
import type { ThreadMessage } from '@holdfast/core'

export function textOf(content: Extract<ThreadMessage, { role: 'user' }>['content']): string {
  if (typeof content === 'string') return content
  return content.map((part) => (part.type === 'text' ? part.text : `[${part.type}]`)).join('\n')
}
