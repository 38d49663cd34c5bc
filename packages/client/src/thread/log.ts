/**
 * What the model of a thread knows of its log: the runs and the queue, not the messages.
 *
 * Pure. Owns: questions about both. Does not know: what was requested here.
 */
import { isEnded, nextToStart, type QueueEntry, type Run, type ThreadView } from '@holdfast/core'
import { isSame } from '../observable/observable.ts'

/** Part of a view, so that a model that is not asked for each delta does not keep an old view in memory. */
export type LogFacts = Pick<ThreadView, 'runs' | 'queue' | 'queuePaused' | 'interrupts'>

/** `before` itself if the view shows the same facts. */
export function factsOf(view: ThreadView, before: LogFacts | undefined): LogFacts {
  const { runs, queue, queuePaused, interrupts } = view
  const facts = { runs, queue, queuePaused, interrupts }
  return before && isSame(before, facts) ? before : facts
}

export function findRun(log: LogFacts | undefined, runId: string): Run | undefined {
  return log?.runs.find((run) => run.runId === runId)
}

/** The entry that starts next and has nothing to wait for. `released` runs are on their way out and hold nothing up. */
export function turnOf(log: LogFacts | undefined, released: ReadonlySet<string>): QueueEntry | undefined {
  if (!log || log.queue.length === 0) return undefined
  return nextToStart({ ...log, runs: without(log.runs, released) })
}

export function without(runs: readonly Run[], released: ReadonlySet<string>): readonly Run[] {
  return released.size === 0 ? runs : runs.filter(({ runId }) => !released.has(runId))
}

export function isLive({ status }: Run): boolean {
  return status === 'running' || status === 'cancelling'
}

/** It has ended, or will without another cancel. */
export function isEnding(run: Run): boolean {
  return isEnded(run) || run.status === 'cancelling'
}
