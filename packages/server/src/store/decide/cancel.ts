/**
 * Cancelling is a durable request that is acknowledged first and confirmed by the log later. A cancel that comes before
 * its start is remembered. A queued run ends at once. A live run ends `cancelled`, whatever its agent does. A repeated
 * cancel changes nothing. The queue behind a cancelled run is paused.
 */
import { nextToStart, openingNow, openRun, type ThreadKey, UNSAID } from '@holdfast/core'
import type { CancelAnswer } from '../port.ts'
import type { Principal } from '../principal.ts'
import type { CancelRequest, EndedRecord, RunRecord } from '../run-record.ts'
import type { Known, Subject, ThreadRow } from './facts.ts'
import { endBeforeStart } from './opening.ts'
import { endOrphan, waitsForWorker } from './orphan.ts'
import { closeQuestions } from './questions.ts'
import { pauseQueue } from './queue.ts'
import { controlRecord } from './records.ts'
import { type Decision, type Need, needing } from './step.ts'
import { toRun } from './to-run.ts'
import { NOT_FOUND, threadAbsence } from './visible.ts'

/**
 * A remembered cancel is kept at least this long after it was last asked for. After that it is dropped only when its room
 * remembers too many; until then a later start still ends cancelled.
 */
export const CANCEL_MEMORY_MS = 60_000
const MAX_REMEMBERED_CANCELS = 1_000

type Unended = Exclude<RunRecord, EndedRecord>
type Step = Decision<CancelAnswer> | Need<Decision<CancelAnswer>>

export function decideCancelRun(
  { now, room, thread, run }: Known<'room' | 'thread' | 'run'>,
  principal: Principal,
  key: ThreadKey,
  runId: string,
  reason?: string,
): Step {
  const absent = threadAbsence(room, thread, principal)
  if (absent) return { answer: absent }
  const cancel = requestOf(principal, reason)
  if (run) return cancelKnown({ now, thread, run }, cancel)
  return needing(['cancel', 'cancels'], (facts) => remember(facts, { ...key, runId }, cancel))
}

/**
 * Cancels the thread's live run. A queued run that is next to start counts as live: a person who presses Stop means it,
 * and answering "nothing to stop" would let it run.
 */
export function decideCancelThread(
  { now, room, thread, current }: Known<'room' | 'thread' | 'current'>,
  principal: Principal,
  _key: ThreadKey,
  reason?: string,
): Step {
  const absent = threadAbsence(room, thread, principal)
  if (absent || !thread) return { answer: absent ?? NOT_FOUND }
  if (current && !('outcome' in current))
    return cancelKnown({ now, thread, run: current }, requestOf(principal, reason))
  return needing(['view'], ({ view }) => withdrawQuestions({ now, thread, view }, principal))
}

/** Nothing is live, but a run may have asked a person, who now presses Stop instead of answering. */
function withdrawQuestions(
  { now, thread, view }: { readonly thread: ThreadRow } & Known<'view'>,
  { personId }: Principal,
): Decision<CancelAnswer> {
  if (view.interrupts.length === 0) return { answer: { type: 'already_terminal', status: null } }
  const asked = openRun(view)
  return {
    answer: { type: 'requested', ...(asked && { run: { ...asked, resolved: 'cancelled' } }) },
    writes: [closeQuestions(view, 'cancelled', personId, thread, now), ...pauseQueue(view, 'stop', thread, now)],
  }
}

interface KnownRun {
  readonly now: number
  readonly thread: ThreadRow | undefined
  readonly run: RunRecord
}

/** A run that has ended or is already being cancelled needs no further facts. */
function cancelKnown(known: KnownRun, cancel: CancelRequest): Step {
  const { run } = known
  if ('outcome' in run) return { answer: { type: 'already_terminal', status: run.status } }
  if (run.status === 'cancelling' && !('supersededBy' in run.cancel)) {
    return { answer: { type: 'requested', run: toRun(run) } }
  }
  return needing(['view'], ({ view }) => cancelLive({ ...known, run, view }, cancel))
}

function cancelLive(
  { now, thread, view, run }: Pick<KnownRun, 'now' | 'thread'> & Known<'view'> & { readonly run: Unended },
  cancel: CancelRequest,
): Decision<CancelAnswer> {
  const { roomId, threadId, runId } = run
  const put = { key: { roomId, threadId }, ...(thread && { thread: { ...thread, updatedAt: now } }) }
  switch (run.status) {
    case 'queued': {
      // A run that is about to start is stopped like a live one and keeps its question: a person cannot know whether a
      // worker claimed it a moment ago. The same holds for a run that waits only because it supersedes another. A run
      // that was asked to wait leaves the queue without its message, and the others continue.
      const entry = view.queue.find((queued) => queued.run.runId === runId)
      const turn = entry?.first === true || nextToStart(view)?.run.runId === runId
      const said = turn || run.request.onBusy !== 'enqueue'
      const ended = endBeforeStart(run, said ? openingNow(view, run) : UNSAID, cancel, now)
      return {
        answer: { type: 'requested', run: toRun(ended.run) },
        writes: [
          { ...put, ...ended, notices: [{ type: 'run.ended', runId }] },
          ...(turn ? pauseQueue(view, 'stop', thread, now, runId) : []),
        ],
      }
    }
    case 'running': {
      const cancelling = { ...run, status: 'cancelling', cancel } as const
      const asked = [
        controlRecord(runId, { type: 'run.cancel-requested', ...cancel }),
        controlRecord(runId, { type: 'run.status', status: 'cancelling' }),
      ]
      if (waitsForWorker(run)) {
        // No worker has to be notified.
        const ended = endOrphan({ now, thread, run: cancelling, view }, { type: 'cancelled', ...cancel })
        return {
          answer: { type: 'requested', run: toRun(ended.run ?? cancelling) },
          writes: [{ ...ended, log: [...asked, ...ended.log] }, ...pauseQueue(view, 'stop', thread, now)],
        }
      }
      return {
        answer: { type: 'requested', run: toRun(cancelling) },
        writes: [
          { ...put, log: asked, run: cancelling, notices: [{ type: 'run.cancel', runId }] },
          ...pauseQueue(view, 'stop', thread, now),
        ],
      }
    }
    case 'cancelling': {
      const cancelling = { ...run, cancel }
      const asked = [controlRecord(runId, { type: 'run.cancel-requested', ...cancel })]
      return {
        answer: { type: 'requested', run: toRun(cancelling) },
        writes: [
          { ...put, log: asked, run: cancelling, notices: [{ type: 'run.cancel', runId }] },
          ...pauseQueue(view, 'stop', thread, now),
        ],
      }
    }
  }
}

function remember(
  { now, cancel: before, cancels }: Known<'cancel' | 'cancels'>,
  { roomId, threadId, runId }: Omit<Subject, 'tenantId'>,
  cancel: CancelRequest,
): Decision<CancelAnswer> {
  const remembered = before !== undefined
  if (!remembered && cancels.recent >= MAX_REMEMBERED_CANCELS) return { answer: { type: 'too_many' } }
  const key = { roomId, threadId }
  return {
    answer: { type: 'requested' },
    writes: {
      key,
      log: [],
      remember: { ...key, runId, cancel, at: now },
      ...(!remembered && cancels.total >= MAX_REMEMBERED_CANCELS && { pruneCancelsBefore: now - CANCEL_MEMORY_MS }),
      notices: [],
    },
  }
}

function requestOf({ personId }: Principal, reason: string | undefined): CancelRequest {
  return { by: personId, ...(reason !== undefined && { reason }) }
}
