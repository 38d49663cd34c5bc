/** A thread's snapshot on the wire is its line in a list and its view. */
import type { ThreadInfo, ThreadView } from '../thread/thread-view.ts'
import type { ThreadSnapshot } from './api.ts'

export function snapshotOf(thread: ThreadInfo, view: ThreadView): ThreadSnapshot {
  const { messages, open, state, runs, queue, interrupts, firstSeq, seq } = view
  return { thread, messages, open, state, runs, queue, ...pauseOf(view), interrupts, subagents: [], firstSeq, seq }
}

/** Where a reader's fold continues. A deleted thread has no snapshot. */
export function viewFromSnapshot(snapshot: ThreadSnapshot): ThreadView {
  const { thread, messages, open, state, runs, queue, interrupts, firstSeq, seq } = snapshot
  const key = { roomId: thread.roomId, threadId: thread.threadId }
  return { key, messages, open, state, runs, queue, ...pauseOf(snapshot), interrupts, deleted: false, firstSeq, seq }
}

function pauseOf({ queuePaused, queueHeldBy }: Pick<ThreadView, 'queuePaused' | 'queueHeldBy'>) {
  return { queuePaused, ...(queueHeldBy !== undefined && { queueHeldBy }) }
}
