/** What a decision writes into a thread's log, before it has a position. Does not know: when, into which log. */
import type { Event } from '@ag-ui/core'
import { type ControlEvent, type Opening, type Outcome, runStarted, runTerminal, type ThreadView } from '@holdfast/core'
import type { RunRow, StopRequest } from './port.ts'

export type LogRecord =
  | { readonly kind: 'agui'; readonly runId: string; readonly event: Event }
  | { readonly kind: 'control'; readonly runId?: string; readonly event: ControlEvent }

/** The only person of a browser profile. */
export const PERSON = 'local'

/** Without `runId`, the record belongs to the thread itself. */
export function control(runId: string | undefined, event: ControlEvent): LogRecord {
  return { kind: 'control', ...(runId !== undefined && { runId }), event }
}

export function said(runId: string, event: Event): LogRecord {
  return { kind: 'agui', runId, event }
}

type Started = Pick<RunRow, 'threadId' | 'runId'>

export function started({ threadId, runId }: Started, { messages, parentId }: Opening): LogRecord {
  return said(runId, runStarted({ threadId, runId, messages, parentId }))
}

/** The outcome of a run that was told to stop. */
export function stopOutcome(stop: StopRequest): Outcome {
  return 'supersededBy' in stop ? { type: 'superseded', by: stop.supersededBy } : { type: 'cancelled', ...stop }
}

/** Ends a run that never started: its messages enter the conversation, and no agent is called. */
export function endBeforeStart(run: Started, opening: Opening, stop: StopRequest): readonly LogRecord[] {
  const { threadId, runId } = run
  const outcome = stopOutcome(stop)
  return [
    ...('supersededBy' in stop ? [] : [control(runId, { type: 'run.cancel-requested', ...stop })]),
    started(run, opening),
    said(runId, runTerminal(outcome, { threadId, runId })),
    control(runId, { type: 'run.ended', outcome }),
  ]
}

type Queue = Pick<ThreadView, 'queue' | 'queuePaused' | 'queueHeldBy'>
type QueueChange = Extract<ControlEvent, { type: 'queue.changed' }>

/** The record of this queue with `change` applied. */
export function queueChanged({ queue, queuePaused, queueHeldBy }: Queue, change: Partial<QueueChange>): LogRecord {
  const first = queue.find((entry) => entry.first)?.run.runId
  return control(undefined, {
    type: 'queue.changed',
    order: queue.map((entry) => entry.run.runId),
    paused: queuePaused,
    ...(queuePaused && queueHeldBy !== undefined && { heldBy: queueHeldBy }),
    ...(first !== undefined && { first }),
    ...change,
  })
}

/** Pauses the queue behind a run that failed or was cancelled. `gone` is no longer in the queue. */
export function pauseQueue(
  { queue, queuePaused }: Queue,
  heldBy: 'stop' | 'failure',
  gone?: string,
): readonly LogRecord[] {
  const waiting = queue.filter((entry) => entry.run.runId !== gone)
  const held = queuePaused && !waiting.some((entry) => entry.first)
  if (waiting.length === 0 || held) return []
  const order = waiting.map((entry) => entry.run.runId)
  return [control(undefined, { type: 'queue.changed', order, paused: true, heldBy })]
}

/** Resumes, after a superseding run that succeeded, a queue that a stop or a failure paused. A person's pause stays. */
export function resumeQueue(view: Queue): readonly LogRecord[] {
  const { queue, queuePaused, queueHeldBy } = view
  if (queue.length === 0 || !queuePaused || queueHeldBy === undefined) return []
  return [queueChanged({ queue, queuePaused: false }, {})]
}
