/** Ways through the tree of messages. A damaged tree ends a way, never a loop. */
import { finderIn, messageIn } from './lookup.ts'
import type { ThreadMessage } from './message.ts'

type Messages = readonly ThreadMessage[]

/** What a view shows: root to head. An unknown head has no path; an unknown parent is where the path begins. O(path). */
export function pathTo(messages: Messages, headId: string | null): readonly ThreadMessage[] {
  const find = finderIn(messages)
  const path: ThreadMessage[] = []
  for (let id = headId; id !== null; ) {
    const message = find(id)
    if (message === undefined) break
    path.push(message)
    id = message.parentId
    if (path.length > messages.length) return cutAtCircle(path).reverse()
  }
  return path.reverse()
}

function cutAtCircle(path: readonly ThreadMessage[]): ThreadMessage[] {
  return [...new Set(path)]
}

/** The alternatives at a message's place, itself included, in the order of the log: retries and edits. */
export function siblingsOf(messages: Messages, id: string): readonly ThreadMessage[] {
  const message = messageIn(messages, id)
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
