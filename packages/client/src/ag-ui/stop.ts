/**
 * What a request to stop does to a run or a thread. Pure. A queued run ends at once. A live one is told, and the page
 * that executes it ends it.
 */
import { nextToStart, openingNow, openRun, type Run, type ThreadView, UNSAID } from '@holdfast/core'
import type { RunRow, StopRequest } from './port.ts'
import { control, endBeforeStart, type LogRecord, PERSON, pauseQueue } from './records.ts'
import { openable } from './start.ts'

export interface Stopped {
  readonly records: readonly LogRecord[]
  readonly stop?: StopRequest
}

/** Of a run that has not ended. */
export function stopRun(view: ThreadView, row: RunRow, reason: string | undefined): Stopped {
  const { runId } = row
  const stop = requestOf(reason)
  const asked = control(runId, { type: 'run.cancel-requested', ...stop })
  switch (row.run.status) {
    case 'queued': {
      // A run that is about to start is stopped like a live one and keeps its message. One that was asked to wait leaves
      // the queue without it, and the others continue.
      const entry = view.queue.find((queued) => queued.run.runId === runId)
      const turn = entry?.first === true || nextToStart(view)?.run.runId === runId
      const spoken = turn || row.request.onBusy !== 'enqueue'
      const opening = spoken ? openingNow(view, openable(row)) : UNSAID
      return { records: [...endBeforeStart(row, opening, stop), ...(turn ? pauseQueue(view, 'stop', runId) : [])] }
    }
    case 'running': {
      const told = control(runId, { type: 'run.status', status: 'cancelling' })
      return { records: [asked, told, ...pauseQueue(view, 'stop')], stop }
    }
    case 'cancelling':
      // A cancel stands; a run that only had to make room for another is cancelled now.
      if (!row.stop || !('supersededBy' in row.stop)) return { records: [] }
      return { records: [asked, ...pauseQueue(view, 'stop')], stop }
    default:
      return { records: [] }
  }
}

/** Nothing is live, but a run may have asked a person, who now presses Stop instead of answering. */
export function withdrawQuestions(view: ThreadView): { readonly records: readonly LogRecord[]; readonly run?: Run } {
  if (view.interrupts.length === 0) return { records: [] }
  const asked = openRun(view)
  const interruptIds = view.interrupts.map(({ id }) => id)
  const withdrawn = control(undefined, { type: 'interrupts.resolved', status: 'cancelled', by: PERSON, interruptIds })
  const records = [withdrawn, ...pauseQueue(view, 'stop')]
  return { records, ...(asked && { run: { ...asked, resolved: 'cancelled' as const } }) }
}

export function requestOf(reason: string | undefined): { readonly by: string; readonly reason?: string } {
  return { by: PERSON, ...(reason !== undefined && { reason }) }
}
