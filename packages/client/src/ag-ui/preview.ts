/** The line under a thread's title. Does not know: where it is shown. */
import { lineOf, type ThreadView, textOf } from '@holdfast/core'

/** Of the newest answer; before the first one, of the person's newest message. */
export function previewOf({ messages }: Pick<ThreadView, 'messages'>): string | undefined {
  const newest = (role: 'assistant' | 'user') => {
    for (const message of messages.toReversed()) {
      const line = message.role === role && message.subagentRunId === undefined ? lineOf(textOf(message)) : undefined
      if (line !== undefined) return line
    }
    return undefined
  }
  return newest('assistant') ?? newest('user')
}
