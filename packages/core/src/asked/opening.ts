/**
 * Where the new messages of a start attach to the tree of a thread: when it is accepted, and again when its run starts.
 * Does not know: how a run is stored, what its records are.
 */
import type { Message } from '@ag-ui/core'
import { messageIn } from '../thread/lookup.ts'
import { newestLeaf } from '../thread/path.ts'
import { standInFor } from '../thread/stand-in.ts'
import type { ThreadView } from '../thread/thread-view.ts'

/** The part of a start that decides where it attaches. */
interface Asked {
  readonly messages: readonly Message[]
  /** The parent of the first new message; without new messages, the message to answer. Default: the newest leaf. */
  readonly parentId?: string | null
}

/** An accepted run that has not started. */
interface Waiting {
  readonly runId: string
  /** The message that it answers. */
  readonly parentId?: string
  readonly request: Pick<Asked, 'parentId'>
}

/** What a start adds to a thread, and where. */
export interface Opening {
  /** The messages that the thread does not hold, each once. */
  readonly messages: readonly Message[]
  /** The parent of the first of them; without any, the message to answer; null at the root. */
  readonly parentId: string | null
}

/** Undefined: `request.parentId` names a message that the thread does not hold. */
export function openingOf(view: ThreadView, request: Asked): Opening | undefined {
  const holds = holder(view)
  const { parentId = null } = request
  if (parentId !== null && !holds(standInFor(parentId, holds, view.superseded) ?? '')) return undefined
  const messages: Message[] = []
  const fresh = new Set<string>()
  for (const message of request.messages) {
    if (holds(message.id) || fresh.has(message.id)) continue
    fresh.add(message.id)
    messages.push(message)
  }
  const lastGiven = messages.length === 0 ? request.messages.at(-1)?.id : undefined
  return { messages, parentId: placeOf(request, view, lastGiven) }
}

/** The opening of an accepted run, determined when it starts: by then the thread may have grown. */
export function openingNow(view: ThreadView, run: Waiting): Opening {
  const asked = view.queue.find((entry) => entry.run.runId === run.runId)?.messages ?? []
  // Another run may have added the same message in the meantime: the log wins.
  const messages = asked.filter((message) => !messageIn(view.messages, message.id))
  const answered = asked.at(-1)?.id ?? run.parentId ?? null
  if (messages.length === 0) return { messages, parentId: standInFor(answered, holder(view), view.superseded) }
  return { messages, parentId: placeOf(run.request, view) }
}

/** Null only if the start asked for the root, or if the thread is empty. */
function placeOf({ parentId }: Pick<Asked, 'parentId'>, view: ThreadView, lastGiven?: string): string | null {
  if (parentId === undefined) return lastGiven ?? newestLeaf(view.messages)
  return standInFor(parentId, holder(view), view.superseded)
}

function holder({ messages }: ThreadView): (id: string) => boolean {
  return (id) => messageIn(messages, id) !== undefined
}

/** The opening of a run that leaves the queue before its turn: its messages do not enter the conversation. */
export const UNSAID: Opening = { messages: [], parentId: null }
