/**
 * What an agent's model learns of its progress: the messages that its steps add to the conversation. Owns: how a long
 * result is shortened. Pure.
 */
import type { Message } from '@ag-ui/core'
import type { AgentProgress, Call, Step } from './progress.ts'

export function messagesOf({ steps }: AgentProgress): Message[] {
  return steps.filter(({ status }) => status === 'complete').flatMap(messagesOfStep)
}

/** A step with all its results never changes again, and is asked for before each later one. */
const known = new WeakMap<Step, readonly Message[]>()

function messagesOfStep(step: Step): readonly Message[] {
  const found = known.get(step)
  if (found) return found
  const { messages, calls } = step
  const content = messages
    .map(({ text }) => text)
    .filter((text) => text !== '')
    .join('\n\n')
  const toolCalls = calls.map(({ id, name, arguments: json }) => ({
    id,
    type: 'function' as const,
    function: { name, arguments: json },
  }))
  const results = calls.flatMap((call): Message[] =>
    call.result ? [{ id: `${call.id}:result`, role: 'tool', toolCallId: call.id, content: told(call) }] : [],
  )
  const id = messages[0]?.id ?? calls[0]?.id
  const said: readonly Message[] =
    id === undefined ? [] : [{ id, role: 'assistant', content, ...(toolCalls.length > 0 && { toolCalls }) }, ...results]
  if (results.length === calls.length) known.set(step, said)
  return said
}

function told({ start, result }: Call): string {
  const text = result?.text ?? ''
  if (!start || !('arguments' in start)) return text
  return `A person changed the arguments to ${JSON.stringify(start.arguments)} before the call was made.\n${text}`
}

/** Keeps the beginning and the end, and says how much is missing. */
export function shortened(text: string, max: number): string {
  if (text.length <= max) return text
  const head = text.slice(0, Math.ceil(max * 0.75)).replace(/[\ud800-\udbff]$/, '')
  const tail = text.slice(text.length - Math.floor(max * 0.25)).replace(/^[\udc00-\udfff]/, '')
  return `${head}\n… ${text.length - head.length - tail.length} characters left out …\n${tail}`
}

/** The messages of a conversation, parted around those that the run's chain of questions and answers has written. */
export function partedAt(
  messages: readonly Message[],
  isOwn: (message: Message) => boolean,
): { readonly before: readonly Message[]; readonly after: readonly Message[] } {
  const first = messages.findIndex(isOwn)
  if (first < 0) return { before: messages, after: [] }
  const last = messages.findLastIndex(isOwn)
  return {
    before: messages.slice(0, first),
    after: messages.slice(last + 1),
  }
}
