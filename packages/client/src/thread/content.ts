/**
 * A thread's content as this device has it: the fold of its log, read on demand.
 *
 * Owns: the fold, and which of it was read. Does not know: connections, activity, observers.
 */
import type { Envelope, ThreadFold, ThreadKey, ThreadSnapshot, ThreadView } from '@holdfast/core'
import type { ThreadContent } from './port.ts'

/** How a log becomes a view (`core/thread`). */
export interface Folding {
  createFold(key: ThreadKey, from?: ThreadView): ThreadFold
  viewFromSnapshot(key: ThreadKey, snapshot: ThreadSnapshot): ThreadView
}

export interface ContentKeeper {
  /** The position up to which the log is folded; 0 for a thread that does not exist; undefined before anything is known. */
  readonly seq: number | undefined
  /** As of the last `read`. The same reference until a `read` finds more. */
  readonly content: ThreadContent
  readonly view: ThreadView | undefined
  /** Whether more was folded than has been read. */
  readonly stale: boolean
  /** The log up to here, if it was folded at all. To take it costs nothing until the next change. */
  folded(): ThreadView | undefined
  replace(snapshot: ThreadSnapshot): void
  /** What the device had, unless the server has said anything. Whether it was taken. */
  restore(view: ThreadView): boolean
  apply(batch: readonly Envelope[]): void
  /** Reads what was folded since the last read. */
  read(): void
  /** The server has no such thread. */
  forget(): void
  bury(): void
}

export function createContentKeeper(key: ThreadKey, folding: Folding): ContentKeeper {
  let fold: ThreadFold | undefined
  let content: ThreadContent = { type: 'loading' }
  let stale = false

  return {
    get seq() {
      return fold?.seq() ?? (content.type === 'new' ? 0 : undefined)
    },
    get content() {
      return content
    },
    get view() {
      return content.type === 'ready' ? content.view : undefined
    },
    get stale() {
      return stale
    },
    folded: () => fold?.view(),
    restore(view) {
      if (fold || content.type !== 'loading') return false
      fold = folding.createFold(key, view)
      stale = true
      return true
    },
    replace(snapshot) {
      fold = folding.createFold(key, folding.viewFromSnapshot(key, snapshot))
      stale = true
    },
    apply(batch) {
      // The thread did not exist and is created now: this is its log from the beginning.
      if (content.type === 'new') fold ??= folding.createFold(key)
      for (const envelope of batch) fold?.apply(envelope)
      stale = true
    },
    read() {
      if (!stale || !fold) return
      stale = false
      const view = fold.view()
      content = view.deleted ? { type: 'gone' } : { type: 'ready', view }
    },
    forget() {
      fold = undefined
      stale = false
      content = { type: 'new' }
    },
    bury() {
      fold = undefined
      stale = false
      content = { type: 'gone' }
    },
  }
}
