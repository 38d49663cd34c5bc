/**
 * One run makes room for another: a live run is told to stop, and a run that is about to start ends at once. A cancel
 * that was acknowledged before takes precedence (core/lifecycle/transitions.ts).
 */
import { openingNow, type ThreadView } from '@holdfast/core'
import type { CancellingRecord, RunRecord } from '../run-record.ts'
import type { ThreadRow, Writes } from './facts.ts'
import { endBeforeStart } from './opening.ts'
import { endOrphan, waitsForWorker } from './orphan.ts'
import { controlRecord } from './records.ts'

export function supersede(
  {
    now,
    thread,
    view,
    run,
  }: {
    readonly now: number
    readonly thread: ThreadRow | undefined
    readonly view: ThreadView
    /** The live run, or the one that starts next. */
    readonly run: RunRecord
  },
  by: string,
): readonly Writes[] {
  const { roomId, threadId, runId } = run
  const put = { key: { roomId, threadId }, ...(thread && { thread: { ...thread, updatedAt: now } }) }
  const stop = { supersededBy: by }
  switch (run.status) {
    case 'queued': {
      const ended = endBeforeStart(run, openingNow(view, run), stop, now)
      return [{ ...put, ...ended, notices: [{ type: 'run.ended', runId }] }]
    }
    case 'running': {
      const told = controlRecord(runId, { type: 'run.status', status: 'cancelling' })
      const stopping: CancellingRecord = { ...run, status: 'cancelling', cancel: stop }
      if (waitsForWorker(run)) {
        const ended = endOrphan({ now, thread, run: stopping, view }, { type: 'superseded', by })
        return [{ ...ended, log: [told, ...ended.log] }]
      }
      return [{ ...put, log: [told], run: stopping, notices: [{ type: 'run.cancel', runId }] }]
    }
    default:
      return []
  }
}
