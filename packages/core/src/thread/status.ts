/** A thread's status in lists; the first that applies: needs you, working, queued, failed, idle. */
import { inBrief } from './lookup.ts'
import { nextToStart } from './next.ts'
import type { ThreadStatus, ThreadView } from './thread-view.ts'

type Known = Pick<ThreadView, 'interrupts' | 'runs' | 'queue' | 'queuePaused'>

export function threadStatus(view: Known): ThreadStatus {
  const { interrupts, runs, queue } = view
  if (interrupts.length > 0) return 'needs_you'
  const { unended, lastEnded } = inBrief(runs)
  if (unended.some(({ status }) => status !== 'queued')) return 'working'
  if (nextToStart(view)) return 'queued'
  // A queue that is held by a failure does not hide the failure: the person must look at the same thing.
  if (lastEnded?.status === 'failed') return 'failed'
  return queue.length > 0 ? 'needs_you' : 'idle'
}

/** Whether runs are in a paused queue, so that none starts until a person resumes it. */
export function isHeld({ queue, queuePaused }: Pick<ThreadView, 'queue' | 'queuePaused'>): boolean {
  return queuePaused && queue.some(({ first }) => first === undefined)
}
