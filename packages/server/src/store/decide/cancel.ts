/**
 * Cancelling: a durable request, acknowledged, then confirmed by the log. Before the start it is remembered; a queued
 * run ends at once; a live one is told and ends `cancelled`, whatever its agent does; asking again changes nothing. What
 * waits behind a run that was stopped does not start by itself.
 */
import { nextToStart, type ThreadKey } from '@holdfast/core'
import type { CancelAnswer } from '../port.ts'
import type { Principal } from '../principal.ts'
import type { CancelRequest, RunRecord } from '../run-record.ts'
import type { CancelRunFacts, CancelThreadFacts, Decision } from './facts.ts'
import { endBeforeStart, openingNow, UNSAID } from './opening.ts'
import { endOrphan, waitsForWorker } from './orphan.ts'
import { pauseQueue } from './queue.ts'
import { controlRecord } from './records.ts'
import { toRun } from './to-run.ts'
import { NOT_FOUND, threadAbsence } from './visible.ts'

/**
 * A remembered cancel keeps its place this long after it was last asked for. It is dropped only when its room needs the
 * place: until then a start that comes later still ends cancelled.
 */
export const CANCEL_MEMORY_MS = 60_000
const MAX_REMEMBERED_CANCELS = 1_000

export function decideCancelRun(
  facts: CancelRunFacts,
  principal: Principal,
  key: ThreadKey,
  runId: string,
  reason: string | undefined,
): Decision<CancelAnswer> {
  const absent = threadAbsence(facts.room, facts.thread, principal)
  if (absent) return { answer: absent }
  const cancel = requestOf(principal, reason)
  return facts.run ? cancelKnown(facts, facts.run, cancel) : remember(facts, key, runId, cancel)
}

/**
 * Whatever is live. A queued run with nothing live before it is about to start: for whoever presses Stop it is live, and
 * answering "nothing to stop" would let it run.
 */
export function decideCancelThread(
  facts: CancelThreadFacts,
  principal: Principal,
  reason: string | undefined,
): Decision<CancelAnswer> {
  const absent = threadAbsence(facts.room, facts.thread, principal)
  if (absent || !facts.thread) return { answer: absent ?? NOT_FOUND }
  const { run } = facts
  if (!run || 'outcome' in run) return withdrawQuestions(facts, principal)
  return cancelKnown(facts, run, requestOf(principal, reason))
}

/** Nothing is live, but a run may have asked a person: whoever presses Stop does not answer. */
function withdrawQuestions({ now, thread, view }: CancelThreadFacts, { personId }: Principal): Decision<CancelAnswer> {
  if (!thread || view.interrupts.length === 0) return { answer: { type: 'already_terminal', status: null } }
  const asked = view.runs.findLast((run) => run.status === 'interrupted')
  const interruptIds = view.interrupts.map(({ id }) => id)
  const resolved = {
    key: { roomId: thread.roomId, threadId: thread.threadId },
    thread: { ...thread, updatedAt: now },
    log: [controlRecord(undefined, { type: 'interrupts.resolved', by: personId, interruptIds })],
    notices: [],
  }
  return {
    answer: { type: 'requested', ...(asked && { run: asked }) },
    writes: [resolved, ...pauseQueue(view, 'stop', thread, now)],
  }
}

function cancelKnown(
  { now, thread, view }: Pick<CancelThreadFacts, 'now' | 'thread' | 'view'>,
  run: RunRecord,
  cancel: CancelRequest,
): Decision<CancelAnswer> {
  const { roomId, threadId, runId } = run
  const put = { key: { roomId, threadId }, ...(thread && { thread: { ...thread, updatedAt: now } }) }
  switch (run.status) {
    case 'queued': {
      // What is about to start is stopped as a live run is, and its question kept: whether a worker had it a moment
      // before is nothing that a person can know. So is what was not asked to wait, and does so only until another run has
      // made room. What was asked to wait is taken out, unsaid, and the rest goes on.
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
        // Nobody carries it out, so nobody has to be told.
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
      if (!('supersededBy' in run.cancel)) return { answer: { type: 'requested', run: toRun(run) } }
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
    default:
      return { answer: { type: 'already_terminal', status: run.status } }
  }
}

function remember(
  { now, remembered, cancels }: CancelRunFacts,
  { roomId, threadId }: ThreadKey,
  runId: string,
  cancel: CancelRequest,
): Decision<CancelAnswer> {
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
