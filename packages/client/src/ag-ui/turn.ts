/**
 * A run's turn: its start with all that its agent is given, its end, and the end of one whose page is gone. Pure.
 *
 * Does not know: who executes it, what the agent says.
 */
import type { Event, RunAgentInput } from '@ag-ui/core'
import {
  closingEvents,
  type Failure,
  historyTo,
  nextToStart,
  type Outcome,
  openingNow,
  runTerminal,
  type ThreadView,
} from '@holdfast/core'
import type { RunRow } from './port.ts'
import { control, type LogRecord, pauseQueue, resumeQueue, said, started, stopOutcome } from './records.ts'
import { openable } from './start.ts'

/** The page that executed the run is gone: it was closed, reloaded or crashed. */
const PAGE_CLOSED: Failure = {
  code: 'worker_lost',
  message: 'The page was closed while this answer was being written. What had arrived is kept. Retry to ask again.',
}

export interface Turn {
  readonly records: readonly LogRecord[]
  readonly input: RunAgentInput
}

export function nextTurn(view: ThreadView): string | undefined {
  return nextToStart(view)?.run.runId
}

export function begin(view: ThreadView, row: RunRow): Turn {
  const { threadId, runId, request } = row
  const opening = openingNow(view, openable(row))
  const { tools = [], context = [], state, resume, forwardedProps } = request
  return {
    records: [control(runId, { type: 'run.status', status: 'running' }), started(row, opening)],
    input: {
      threadId,
      runId,
      messages: [...historyTo(view, opening.parentId), ...opening.messages],
      tools: [...tools],
      context: [...context],
      state: state ?? view.state,
      ...(resume && { resume: [...resume] }),
      forwardedProps,
    },
  }
}

/** The outcome that counts: a run that was told to stop ends so, whatever its agent says. */
export function outcomeOf({ stop }: Pick<RunRow, 'stop'>, outcome: Outcome): Outcome {
  return stop ? stopOutcome(stop) : outcome
}

/** `events`: what is not in the log yet, its closing events included. */
export function end(view: ThreadView, row: RunRow, events: readonly Event[], outcome: Outcome): readonly LogRecord[] {
  const { runId, request } = row
  const behind =
    outcome.type === 'failed'
      ? pauseQueue(view, 'failure')
      : outcome.type === 'succeeded' && request.onBusy === 'supersede'
        ? resumeQueue(view)
        : []
  return [...events.map((event) => said(runId, event)), control(runId, { type: 'run.ended', outcome }), ...behind]
}

/** Ends a run that no page executes any more. */
export function settle(view: ThreadView, row: RunRow): readonly LogRecord[] {
  const { threadId, runId } = row
  const outcome = outcomeOf(row, { type: 'failed', ...PAGE_CLOSED })
  const open = view.open.filter((item) => item.runId === runId)
  return end(view, row, [...closingEvents(open, outcome), runTerminal(outcome, { threadId, runId })], outcome)
}
