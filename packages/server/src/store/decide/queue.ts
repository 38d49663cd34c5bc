/**
 * The queue of a thread and its record: each change is a `queue.changed` that lists the whole order. The queue itself
 * is part of the log's fold.
 *
 * Invariants: an accepted run leaves the queue only by its start or its cancel. After a run that failed or was
 * cancelled, the queue stays paused until a person resumes it.
 */
import { type ControlEvent, inBrief, type QueueHold, type QueueInfo, type Run, type ThreadView } from '@holdfast/core'
import type { StartAnswer } from '../port.ts'
import type { LogRecord, ThreadRow, Writes } from './facts.ts'
import { controlRecord } from './records.ts'

/** A longer queue would no longer be a conversation. */
export const MAX_QUEUED = 100

type Change = Extract<ControlEvent, { type: 'queue.changed' }>
type Queue = Pick<ThreadView, 'queue' | 'queuePaused' | 'queueHeldBy'>

/** The record of this queue with `change` applied. */
export function queueChanged({ queue, queuePaused, queueHeldBy }: Queue, change: Partial<Change>): LogRecord {
  const first = queue.find((entry) => entry.first)?.run.runId
  return controlRecord(undefined, {
    type: 'queue.changed',
    order: queue.map((entry) => entry.run.runId),
    paused: queuePaused,
    ...(queuePaused && queueHeldBy !== undefined && { heldBy: queueHeldBy }),
    ...(first !== undefined && { first }),
    ...change,
  })
}

/** `runId`, which was just accepted, starts before all queued runs. Writes no record if the queue is empty. */
export function goesFirst(before: Queue, runId: string): readonly LogRecord[] {
  const others = before.queue.map((entry) => entry.run.runId).filter((other) => other !== runId)
  if (others.length === 0 && !before.queuePaused) return []
  return [queueChanged(before, { order: [runId, ...others], first: runId })]
}

/** Pauses the queue after a run that failed or was cancelled. `gone` is no longer in the queue. */
export function pauseQueue(
  { queue, queuePaused }: Queue,
  heldBy: QueueHold,
  thread: ThreadRow | undefined,
  now: number,
  gone?: string,
): readonly Writes[] {
  const waiting = queue.filter((entry) => entry.run.runId !== gone)
  const held = queuePaused && !waiting.some((entry) => entry.first)
  if (!thread || waiting.length === 0 || held) return []
  const { roomId, threadId } = thread
  const order = waiting.map((entry) => entry.run.runId)
  return [
    {
      key: { roomId, threadId },
      thread: { ...thread, updatedAt: now },
      log: [controlRecord(undefined, { type: 'queue.changed', order, paused: true, heldBy })],
      notices: [],
    },
  ]
}

/** Resumes, after a superseding run that succeeded, a queue that a stop or a failure paused. A person's pause stays. */
export function resumeQueue(view: Queue, thread: ThreadRow | undefined): readonly Writes[] {
  const { queue, queuePaused, queueHeldBy } = view
  const next = queue[0]?.run.runId
  if (!thread || next === undefined || !queuePaused || queueHeldBy === undefined) return []
  const { roomId, threadId } = thread
  return [
    {
      key: { roomId, threadId },
      thread,
      log: [queueChanged({ queue, queuePaused: false }, {})],
      notices: [{ type: 'run.queued', runId: next }],
    },
  ]
}

/**
 * Adds the place of a queued run: after the runs of its thread that come before it, and after `ahead` runs of other
 * threads that start before the next run of its thread.
 */
export function placed(run: Run, { queue }: Pick<ThreadView, 'queue'>, ahead = 0): Run {
  if (run.status !== 'queued') return run
  const index = queue.findIndex((entry) => entry.run.runId === run.runId)
  return index === -1 ? run : { ...run, position: ahead + index + 1 }
}

/** Adds the run's place among all queued runs of the store to the answer to a start. */
export function startedInLine(answer: StartAnswer, ahead = 0): StartAnswer {
  if (answer.type !== 'accepted' && answer.type !== 'same') return answer
  const { run } = answer
  if (run.status !== 'queued' || run.position === undefined) return answer
  return { ...answer, run: { ...run, position: run.position + ahead } }
}

export function queueInfo({ queue, queuePaused }: Queue): QueueInfo {
  return {
    order: queue.map((entry) => entry.run.runId),
    paused: queuePaused,
    items: queue.map((entry, index) => ({ ...entry, run: { ...entry.run, position: index + 1 } })),
  }
}

/** The live run of the thread, as the view shows it. */
export function liveIn({ runs }: Pick<ThreadView, 'runs'>): Run | undefined {
  return inBrief(runs).unended.find((run) => run.status !== 'queued')
}
