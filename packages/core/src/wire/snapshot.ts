/** A thread's snapshot on the wire: its list entry and its view. */
import type { ThreadKey } from '../key/thread-key.ts'
import { emptyView, type ThreadInfo, type ThreadView } from '../thread/thread-view.ts'
import type { ThreadSnapshot } from './api.ts'

export function snapshotOf(thread: ThreadInfo, view: ThreadView): ThreadSnapshot {
  const { key: _, deleted: __, ...shown } = view
  return { thread, ...shown }
}

/**
 * The view from which a reader of the thread `key` goes on folding. A deleted thread has no snapshot. What an older server
 * leaves out is empty.
 */
export function viewFromSnapshot(key: ThreadKey, { thread: _, ...shown }: ThreadSnapshot): ThreadView {
  return { ...emptyView(key), ...shown, key }
}
