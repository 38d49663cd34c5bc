/** Which run of a thread starts next: an engine may take it, and Stop treats it like a live run. */
import { inBrief } from './lookup.ts'
import type { QueueEntry, ThreadView } from './thread-view.ts'

/**
 * The run that may start now. undefined: a run is live, an interrupt is open, or all remaining runs are in a paused queue.
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
