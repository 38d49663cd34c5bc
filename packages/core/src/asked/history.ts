/** The messages that an agent is given: the path to the message it answers, as AG-UI knows them. */
import type { Message } from '@ag-ui/core'
import type { ThreadMessage } from '../thread/message.ts'
import { pathTo } from '../thread/path.ts'
import type { ThreadView } from '../thread/thread-view.ts'

export function historyTo({ messages }: Pick<ThreadView, 'messages'>, headId: string | null): Message[] {
  return pathTo(messages, headId).map(withoutPlace)
}

const PLACE: ReadonlySet<string> = new Set<Exclude<keyof ThreadMessage, keyof Message>>([
  'parentId',
  'runId',
  'startedAt',
  'endedAt',
])

/** Key by key: every claim does this for a whole history, and a rest pattern is twice as slow. */
function withoutPlace(message: ThreadMessage): Message {
  const bare: Record<string, unknown> = {}
  for (const name in message) if (!PLACE.has(name)) bare[name] = message[name as keyof ThreadMessage]
  return bare as unknown as Message
}
