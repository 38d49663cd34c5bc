/** A thread's snapshot on the wire: its list entry and its view. */
import type { ThreadKey } from '../key/thread-key.ts'
import type { ThreadInfo, ThreadView } from '../thread/thread-view.ts'
import type { ThreadSnapshot } from './api.ts'

export function snapshotOf(thread: ThreadInfo, view: ThreadView): ThreadSnapshot {
  const { messages, open, state, runs, queue, interrupts, firstSeq, seq } = view
  return { thread, messages, open, state, runs, queue, ...pauseOf(view), interrupts, subagents: [], firstSeq, seq }
}

/** The view from which a reader of the thread `key` goes on folding. A deleted thread has no snapshot. */
export function viewFromSnapshot(key: ThreadKey, snapshot: ThreadSnapshot): ThreadView {
  const { messages, open, state, runs, queue, interrupts, firstSeq, seq } = snapshot
  return { key, messages, open, state, runs, queue, ...pauseOf(snapshot), interrupts, deleted: false, firstSeq, seq }
}

function pauseOf({ queuePaused, queueHeldBy }: Pick<ThreadView, 'queuePaused' | 'queueHeldBy'>) {
  return { queuePaused, ...(queueHeldBy !== undefined && { queueHeldBy }) }
}
