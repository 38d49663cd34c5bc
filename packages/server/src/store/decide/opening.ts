/** How a run opens: its RUN_STARTED, and the records of a run that is cancelled or superseded before it starts. */
import { type Opening, runStarted, runTerminal, wordsOf } from '@holdfast/core'
import { type EndedRecord, type QueuedRecord, type StopRequest, stopOutcome } from '../run-record.ts'
import type { LogRecord } from './facts.ts'
import { endedRecord } from './lease.ts'
import { aguiRecord, controlRecord } from './records.ts'

/** The run with the message that it answers, as its opening says. */
export function openedAs<Kept extends QueuedRecord>(run: Kept, { messages, parentId }: Opening): Kept {
  const { parentId: _, ...rest } = run
  const answered = messages.at(-1)?.id ?? parentId
  return { ...(rest as Kept), ...(answered !== null && { parentId: answered }) }
}

export function startedRecord({ threadId, runId }: QueuedRecord, { messages, parentId }: Opening): LogRecord {
  return aguiRecord(runId, runStarted({ threadId, runId, messages, parentId }))
}

/** Ends a run that never started: its messages enter the conversation, and no agent is called. */
export function endBeforeStart(
  run: QueuedRecord,
  opening: Opening,
  stop: StopRequest,
  now: number,
): { readonly log: readonly LogRecord[]; readonly run: EndedRecord; readonly said: string } {
  const { threadId, runId } = run
  const outcome = stopOutcome(stop)
  return {
    log: [
      ...('supersededBy' in stop ? [] : [controlRecord(runId, { type: 'run.cancel-requested', ...stop })]),
      startedRecord(run, opening),
      aguiRecord(runId, runTerminal(outcome, { threadId, runId })),
      controlRecord(runId, { type: 'run.ended', outcome }),
    ],
    said: wordsOf(opening.messages),
    // Its log has a RUN_STARTED, so its record has a start time.
    run: endedRecord(openedAs(run, opening), { outcome, startedAt: now, endedAt: now }),
  }
}
