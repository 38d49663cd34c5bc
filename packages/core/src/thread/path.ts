/** Paths through the tree of messages. In a damaged tree a path ends early; it never loops. */
import { finderIn, messageIn } from './lookup.ts'
import type { ThreadMessage } from './message.ts'

type Messages = readonly ThreadMessage[]

/** The path that a view shows, root first. An unknown head has no path; at an unknown parent the path begins. O(path). */
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

/** The versions at a message's place (retries and edits), including itself, in the order of the log. */
export function siblingsOf(messages: Messages, id: string): readonly ThreadMessage[] {
  const message = messageIn(messages, id)
  if (message === undefined) return []
  return messages.filter((each) => each.parentId === message.parentId && isMain(each) === isMain(message))
}

/** The default head: the last message of the main conversation. null: there is none yet. */
export function newestLeaf(messages: Messages): string | null {
  return messages.findLast(isMain)?.id ?? null
}

/** Messages of sub-agents attach to the main conversation, but are not part of it. */
function isMain({ subagentRunId }: ThreadMessage): boolean {
  return subagentRunId === undefined
}
