/**
 * What observers see of a thread: the conversation, with what the model adds to it.
 *
 * Pure. Owns: the joining, and keeping references: whatever looks the same is the same. Does not know: requests, who
 * observes.
 */
import { newestLeaf, type ThreadMessage } from '@holdfast/core'
import type { ConnectionState } from '../follow/state.ts'
import { isSame } from '../observable/observable.ts'
import { isShownFromHere } from './command.ts'
import type { Answers, ThreadContent, ThreadQueue, ThreadState } from './port.ts'
import { queueOf } from './queue.ts'
import { chain } from './request.ts'
import { isPending, isShown, startOf, startsOf, type ThreadModel, turnIn } from './state.ts'

/** `before` itself if nothing has changed. */
export function project(
  before: ThreadState,
  model: ThreadModel,
  content: ThreadContent,
  connection: ConnectionState,
): ThreadState {
  const { activity } = model
  const pending = keepAll(before.pending, pendingOf(model, content))
  const queue = keepQueue(before.queue, queueOf(model))
  const failedStart = startsOf(model).find(isShown)?.start.returned?.failed
  const answering = answeringIn(model)
  const { key } = before
  const shown = { key, content, pending, queue, activity, connection }
  const after = { ...shown, ...(answering && { answering }), ...(failedStart && { failedStart }) }
  return isSame(before, after) ? before : after
}

/** What was sent from here, and the message that starts next, from wherever it was sent. */
function pendingOf(model: ThreadModel, content: ThreadContent): readonly ThreadMessage[] {
  const messages = content.type === 'ready' ? content.view.messages : []
  // New messages are at the end of the conversation, so the search begins there.
  const isHeld = (id: string) => messages.findLast((message) => message.id === id) !== undefined
  const sent = startsOf(model)
    .flatMap(({ start }) => (isPending(start) ? start.request.pending : []))
    .filter(({ id }) => !isHeld(id))
  const turn = turnIn(model)
  const start = turn && startOf(model, turn.run.runId)
  if (!turn || (start && isPending(start))) return sent
  return [...chain(turn.messages, newestLeaf(messages)), ...sent]
}

/** Until the log shows that the questions are answered, here or elsewhere. */
function answeringIn(model: ThreadModel): Answers | undefined {
  const isOpen = (id: string) => model.log?.interrupts.some((interrupt) => interrupt.id === id) ?? true
  return startsOf(model)
    .filter(({ start }) => isShownFromHere(start.phase))
    .map(({ start }) => start.request.body.resume)
    .find((resume) => resume?.some(({ interruptId }) => isOpen(interruptId)))
}

function keepQueue(before: ThreadQueue, after: ThreadQueue): ThreadQueue {
  const items = keepAll(before.items, after.items)
  return items === before.items && before.paused === after.paused ? before : after
}

/** `before` itself if it contains the same. */
function keepAll<T extends object>(before: readonly T[], after: readonly T[]): readonly T[] {
  return before.length === after.length && after.every((item, at) => isSame(before[at], item)) ? before : after
}
