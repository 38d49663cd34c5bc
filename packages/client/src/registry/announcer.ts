/**
 * The runs of one thread in the book of runs: a handle for each that is news, as active as the thread is, until it ends.
 *
 * Owns: when a handle is made and what it goes on with. Does not know: which runs are news (`ledger.ts`), who listens,
 * who looks.
 *
 * Invariant: only the handle of the thread's own newest run is touched; what another thread did is none of its business.
 */
import type { Run, ThreadKey } from '@holdfast/core'
import type { Announcer, ThreadForAnnouncer } from '../thread/announce.ts'
import { createRunHandle, type RunHandle } from './handle.ts'
import type { RunHandles } from './handles.ts'

export interface AnnouncerOptions {
  readonly key: ThreadKey
  readonly handles: RunHandles
  /** Aborted when the registry is closed: nothing is told any more. */
  readonly closed: AbortSignal
  readonly thread: ThreadForAnnouncer
}

export function createAnnouncer({ key, handles, closed, thread }: AnnouncerOptions): Announcer {
  function own(runId: string): RunHandle | undefined {
    const handle = handles.get(key)
    return handle?.runId === runId ? handle : undefined
  }

  function follow(): void {
    const { activity } = thread
    if (activity.type === 'active') own(activity.runId)?.become({ type: 'running' })
    else if (activity.type === 'cancelling') own(activity.runId)?.become({ type: 'cancelling' })
  }

  function begin({ runId, parentId, continues }: Run): void {
    const before = handles.get(key)
    const handle = createRunHandle({
      key,
      runId,
      token: new AbortController(),
      subscription: {
        close() {
          if (handle.isActive && !closed.aborted) thread.detached(runId)
        },
      },
      userMessageId: parentId,
      previousState: thread.view?.state,
    })
    if (continues === undefined || before?.runId !== continues || !handles.replace(before, handle)) {
      handles.register(handle)
    }
    follow()
  }

  return {
    tell(news) {
      for (const each of news) {
        if (closed.aborted) return
        if (each.type === 'started') begin(each.run)
        else {
          const handle = own(each.runId)
          if (handle) handles.complete(handle, each.outcome)
        }
      }
    },
    follow,
    signalOf: (runId) => own(runId)?.token.signal,
  }
}
