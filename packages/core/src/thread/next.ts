/** Whose turn it is in a thread: what an engine may take, and what is as good as live for whoever presses Stop. */
import { inBrief } from './lookup.ts'
import type { QueueEntry, ThreadView } from './thread-view.ts'

/**
 * The run that starts next, now: undefined while one is live, while a question is open, and while everything that is
 * left waits in a paused queue.
 */
export function nextToStart({
  runs,
  queue: [next],
  queuePaused,
  interrupts,
}: Pick<ThreadView, 'runs' | 'queue' | 'queuePaused' | 'interrupts'>): QueueEntry | undefined {
  if (next === undefined || interrupts.length > 0) return undefined
  if (queuePaused && next.first === undefined) return undefined
  return inBrief(runs).unended.some(({ status }) => status !== 'queued') ? undefined : next
}
