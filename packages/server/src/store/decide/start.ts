/**
 * Accepting a run. The answer is the same whoever asks how often (I9); a refused start leaves nothing behind; at most
 * one run at a time is on its way in a thread (I1).
 */
import { isDeepStrictEqual } from 'node:util'
import { type AfterCrash, isEnded, type ThreadKey } from '@holdfast/core'
import type { StartAnswer } from '../port.ts'
import type { Principal } from '../principal.ts'
import type { QueuedRecord, StartRequest } from '../run-record.ts'
import type { Decision, StartFacts } from './facts.ts'
import { endBeforeStart, type Opening, openingOf } from './opening.ts'
import { controlRecord } from './records.ts'
import { titleFrom } from './title.ts'
import { toRun } from './to-run.ts'
import { isVisible, NOT_FOUND } from './visible.ts'

export function decideStart(
  facts: StartFacts,
  owner: Principal,
  { roomId, threadId }: ThreadKey,
  request: StartRequest,
  afterCrash: AfterCrash = 'fail',
): Decision<StartAnswer> {
  const { now, room, thread, view, run: known, cancel } = facts
  const { runId } = request
  if (!isVisible(room, owner)) return { answer: NOT_FOUND }
  if (known) {
    return { answer: isSame(known.request, request) ? { type: 'same', run: toRun(known) } : { type: 'run_id_reused' } }
  }
  const busy = view.runs.find((run) => !isEnded(run))
  if (busy) return { answer: { type: 'run_active', runId: busy.runId } }
  const opening = openingOf(view, request)
  if (!opening) return { answer: { type: 'unknown_parent' } }
  const parentId = opening.messages.at(-1)?.id ?? opening.parentId
  if (parentId === null) return { answer: { type: 'nothing_to_answer' } }

  const key = { roomId, threadId }
  const retryOf = retriedRun(facts, opening)
  const queued: QueuedRecord = {
    ...key,
    runId,
    owner,
    request,
    parentId,
    ...(retryOf !== undefined && { retryOf }),
    acceptedAt: now,
    ...(afterCrash !== 'fail' && { afterCrash }),
    status: 'queued',
  }
  const accepted = controlRecord(runId, {
    type: 'run.accepted',
    run: toRun(queued),
    ...(opening.messages.length > 0 && { messages: opening.messages }),
  })
  const created = { ...key, ownerId: owner.personId, title: titleFrom(opening.messages), createdAt: now }
  const put = { key, thread: { ...(thread ?? created), updatedAt: now } }
  if (!cancel) {
    return {
      answer: { type: 'accepted', run: toRun(queued) },
      writes: { ...put, log: [accepted], run: queued, notices: [{ type: 'run.queued', runId }] },
    }
  }
  const ended = endBeforeStart(queued, opening, cancel.cancel, now)
  return {
    answer: { type: 'accepted', run: toRun(ended.run) },
    writes: {
      ...put,
      log: [accepted, ...ended.log],
      run: ended.run,
      forget: runId,
      notices: [{ type: 'run.ended', runId }],
    },
  }
}

/** The run whose question is asked again: the newest one that answered the same message. */
function retriedRun({ view }: StartFacts, { messages, parentId }: Opening): string | undefined {
  if (messages.length > 0) return undefined
  return view.runs.findLast((run) => isEnded(run) && run.parentId === parentId)?.runId
}

/** Equal after a way through JSON, which is how a request is stored. */
function isSame(held: StartRequest, given: StartRequest): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(held)), JSON.parse(JSON.stringify(given)))
}
