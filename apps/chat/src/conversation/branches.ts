/**
 * Paths through the message tree other than the newest: which alternatives a message has, and what is shown once one is
 * chosen. The choice belongs to the view: nothing is stored or sent.
 *
 * Owns: alternatives and where a choice leads. Does not know: React, rows.
 */
import type { ThreadMessage } from '@holdfast/core'

type Messages = readonly ThreadMessage[]

export interface Branch {
  /** Message ids in the order of the log, this one included. */
  readonly ids: readonly string[]
  /** From 0. */
  readonly at: number
}

/** By message id of the path: those that have alternatives. */
export function branchesOf(messages: Messages, path: Messages): ReadonlyMap<string, Branch> {
  const found = new Map<string, Branch>()
  // Without a fork every message is on the path, and there is nothing to look for.
  const main = messages.reduce((count, message) => (isMain(message) ? count + 1 : count), 0)
  if (main <= path.length) return found
  const children = new Map<string | null, string[]>()
  for (const message of messages) {
    if (!isMain(message)) continue
    const siblings = children.get(message.parentId)
    if (siblings) siblings.push(message.id)
    else children.set(message.parentId, [message.id])
  }
  for (const { id, parentId } of path) {
    const ids = children.get(parentId) ?? []
    if (ids.length > 1) found.set(id, { ids, at: ids.indexOf(id) })
  }
  return found
}

/** The newest message under `id`, itself included; undefined once the thread does not hold it. */
export function leafUnder(messages: Messages, id: string): string | undefined {
  const under = new Set<string>()
  let leaf: string | undefined
  for (const message of messages) {
    if (!isMain(message)) continue
    if (message.id !== id && (message.parentId === null || !under.has(message.parentId))) continue
    under.add(message.id)
    leaf = message.id
  }
  return leaf
}

function isMain({ subagentRunId }: ThreadMessage): boolean {
  return subagentRunId === undefined
}
