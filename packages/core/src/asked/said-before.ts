/**
 * Checks whether a message has the same content as the one that already has its id. If not, it is refused: the log
 * wins, so its text would be dropped silently.
 */
import type { Message } from '@ag-ui/core'
import { sameJson } from '../json/same-json.ts'
import { messageIn } from '../thread/lookup.ts'
import type { ThreadMessage } from '../thread/message.ts'
import type { ThreadView } from '../thread/thread-view.ts'

/**
 * The first of `messages` whose id has other content in the conversation, in another queued run or in the list itself.
 * `but`: a run whose own messages are being replaced.
 */
export function reusedId(
  { messages: held, queue }: Pick<ThreadView, 'messages' | 'queue'>,
  messages: readonly Message[],
  but?: string,
): string | undefined {
  if (messages.length === 0) return undefined
  const known = new Map<string, Message>()
  for (const { id } of messages) {
    const message = messageIn(held, id)
    if (message) known.set(id, message)
  }
  for (const { run, messages: waiting } of queue) {
    if (run.runId === but) continue
    for (const message of waiting) if (!known.has(message.id)) known.set(message.id, message)
  }
  for (const message of messages) {
    const before = known.get(message.id)
    if (before && !saysTheSame(before, message)) return message.id
    if (!before) known.set(message.id, message)
  }
  return undefined
}

/** `held` is from the thread, with its place; `given` is from the client, perhaps copied from a snapshot. */
function saysTheSame(held: Message | ThreadMessage, given: Message): boolean {
  // A client's copy of an agent's message may differ in other fields than the text, so only the text is compared.
  const of = 'runId' in held && held.runId !== undefined ? wordsIn : everythingIn
  return sameJson(of(held), of(given))
}

function everythingIn(message: Message): unknown {
  const { parentId: _, runId: __, startedAt: ___, endedAt: ____, content = '', ...rest } = message as ThreadMessage
  return JSON.parse(JSON.stringify({ ...rest, content }))
}

function wordsIn(message: Message): unknown {
  const { role, content = '' } = message
  const calls = message.role === 'assistant' ? message.toolCalls : undefined
  const said = {
    role,
    content,
    toolCalls: (calls ?? []).map(({ id, function: { name, arguments: args } }) => ({ id, name, args })),
    ...(message.role === 'tool' && { toolCallId: message.toolCallId }),
  }
  return JSON.parse(JSON.stringify(said))
}
