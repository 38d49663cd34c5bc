/** Ways through the tree of messages. All are O(n) in the thread's messages; a damaged tree ends a way, never a loop. */
import type { ThreadMessage } from './message.ts'

type Messages = readonly ThreadMessage[]

/** What a view shows: root to head. An unknown head has no path; an unknown parent is where the path begins. */
export function pathTo(messages: Messages, headId: string | null): readonly ThreadMessage[] {
  const byId = new Map(messages.map((message) => [message.id, message]))
  const path: ThreadMessage[] = []
  for (let id = headId; id !== null; ) {
    const message = byId.get(id)
    if (message === undefined) break
    path.push(message)
    byId.delete(id)
    id = message.parentId
  }
  return path.reverse()
}

/** The alternatives at a message's place, itself included, in the order of the log: retries and edits. */
export function siblingsOf(messages: Messages, id: string): readonly ThreadMessage[] {
  const message = messages.find((each) => each.id === id)
  if (message === undefined) return []
  return messages.filter((each) => each.parentId === message.parentId && isMain(each) === isMain(message))
}

/** The default head: the last message of the main conversation; null while there is none. */
export function newestLeaf(messages: Messages): string | null {
  return messages.findLast(isMain)?.id ?? null
}

/** What a sub-agent wrote hangs on the conversation and is no part of it. */
function isMain({ subagentRunId }: ThreadMessage): boolean {
  return subagentRunId === undefined
}
