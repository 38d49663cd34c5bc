/**
 * Accepts a run. A retried start gets the same answer however often it is sent (I9), a refused start leaves nothing
 * behind, and a thread has at most one live run (I1).
 */
import { isDeepStrictEqual } from 'node:util'
import {
  type AfterCrash,
  continuedRun,
  nextToStart,
  openingOf,
  retriedRun,
  reusedId,
  type ThreadKey,
  titleFrom,
  whyClosed,
} from '@holdfast/core'
import type { StartAnswer } from '../port.ts'
import type { Principal } from '../principal.ts'
import type { QueuedRecord, StartRequest } from '../run-record.ts'
import type { Facts, Known, RememberedCancel } from './facts.ts'
import { endBeforeStart } from './opening.ts'
import { resolution } from './questions.ts'
import { goesFirst, liveIn, MAX_QUEUED, placed, startedInLine } from './queue.ts'
import { controlRecord } from './records.ts'
import { type Decision, type Need, needing } from './step.ts'
import { supersede } from './supersede.ts'
import { toRun } from './to-run.ts'
import { threadAbsence } from './visible.ts'

export function decideStart(
  { now, room, thread, run: known, cancel }: Known<'room' | 'thread' | 'run' | 'cancel'>,
  owner: Principal,
  key: ThreadKey,
  request: StartRequest,
  afterCrash: AfterCrash = 'fail',
): Decision<StartAnswer> | Need<Decision<StartAnswer>> {
  const absent = threadAbsence(room, thread, owner)
  if (absent) return { answer: absent }
  if (known) {
    if (!isSame(known.request, request)) return { answer: { type: 'run_id_reused' } }
    return needing(['view'], ({ view }) => inLine({ answer: { type: 'same', run: placed(toRun(known), view) } }))
  }
  const asked = { owner, key, request, afterCrash }
  const decide = (facts: Pick<Facts, 'view'> & Partial<Pick<Facts, 'current'>>) =>
    inLine(decideNew({ ...facts, now, thread, cancel }, asked))
  return request.onBusy === 'supersede' ? needing(['view', 'current'], decide) : needing(['view'], decide)
}

/** A queued run is shown with its place among all queued runs, which is known after the writes. */
function inLine(decision: Decision<StartAnswer>): Decision<StartAnswer> {
  const { answer } = decision
  const waits = (answer.type === 'accepted' || answer.type === 'same') && answer.run.status === 'queued'
  if (!waits || answer.run.position === undefined) return decision
  return { ...decision, after: needing(['ahead'], ({ ahead }) => startedInLine(answer, ahead)) }
}

interface NewRunFacts {
  readonly now: number
  readonly thread: Facts['thread']
  readonly view: Facts['view']
  readonly cancel: RememberedCancel | undefined
  /** The run to supersede, if the start asks for it. */
  readonly current?: Facts['current']
}

interface NewRun {
  readonly owner: Principal
  readonly key: ThreadKey
  readonly request: StartRequest
  readonly afterCrash: AfterCrash
}

function decideNew(
  { now, thread, view, cancel, current }: NewRunFacts,
  { owner, key: { roomId, threadId }, request, afterCrash }: NewRun,
): Decision<StartAnswer> {
  const { runId } = request
  const questions = view.interrupts.map(({ id }) => id)
  const answered = new Set(request.resume?.map(({ interruptId }) => interruptId))
  const closed = whyClosed(view, answered, now)
  if (closed) return { answer: { type: closed } }
  const answers = answered.size > 0
  const waits = request.onBusy === 'enqueue' && !answers
  if (questions.some((id) => !answered.has(id)) && !waits) {
    return { answer: { type: 'needs_answer', interruptIds: questions } }
  }
  const busy = liveIn(view) ?? nextToStart(view)?.run
  if (busy && request.onBusy === 'reject') return { answer: { type: 'run_active', runId: busy.runId } }
  if (request.onBusy !== 'reject' && view.queue.length >= MAX_QUEUED) return { answer: { type: 'queue_full' } }
  const messageId = reusedId(view, request.messages)
  if (messageId !== undefined) return { answer: { type: 'message_id_reused', messageId } }
  const opening = openingOf(view, request)
  if (!opening) return { answer: { type: 'unknown_parent' } }
  const parentId = opening.messages.at(-1)?.id ?? opening.parentId
  if (parentId === null) return { answer: { type: 'nothing_to_answer' } }

  const key = { roomId, threadId }
  const continues = continuedRun(view, request)
  const retryOf = continues === undefined ? retriedRun(view, opening) : undefined
  const queued: QueuedRecord = {
    ...key,
    runId,
    owner,
    request,
    parentId,
    ...(retryOf !== undefined && { retryOf }),
    ...(continues !== undefined && { continues }),
    acceptedAt: now,
    ...(afterCrash !== 'fail' && { afterCrash }),
    status: 'queued',
  }
  const accepted = controlRecord(runId, {
    type: 'run.accepted',
    run: toRun(queued),
    ...(opening.messages.length > 0 && { messages: opening.messages }),
  })
  const created = {
    ...key,
    ownerId: owner.personId,
    title: titleFrom(opening.messages),
    archived: false,
    createdAt: now,
  }
  // A start that names an agent chooses it for the thread.
  const chosen = request.agentFrom === undefined && { agentId: request.agentId }
  const put = {
    key,
    thread: { ...(thread ?? created), ...chosen, updatedAt: now },
    ...(!thread && { titled: true as const }),
  }
  if (cancel) {
    // It ends at once, so it supersedes no other run and answers no question.
    const ended = endBeforeStart(queued, opening, cancel.cancel, now)
    return {
      answer: { type: 'accepted', run: toRun(ended.run) },
      writes: {
        ...put,
        log: [accepted, ...ended.log],
        run: ended.run,
        said: ended.said,
        forget: runId,
        notices: [{ type: 'run.ended', runId }],
      },
    }
  }
  const stopped = current
    ? supersede({ now, thread: thread && { ...thread, ...chosen }, view, run: current }, runId)
    : []
  const gone = current?.status === 'queued' ? current.runId : undefined
  const queue = view.queue.filter((entry) => entry.run.runId !== gone)
  const answering = answers ? resolution(view, 'answered', owner.personId, runId) : undefined
  const turn = waits ? [] : goesFirst({ ...view, queue }, runId)
  const position = waits ? queue.length + 1 : 1
  return {
    answer: { type: 'accepted', run: { ...toRun(queued), status: 'queued', position } },
    writes: [
      ...stopped,
      {
        ...put,
        ...answering,
        log: [accepted, ...turn, ...(answering?.log ?? [])],
        run: queued,
        notices: [{ type: 'run.queued', runId }],
      },
    ],
  }
}

/** Compared after a round trip through JSON, because a request is stored as JSON. */
function isSame(held: StartRequest, given: StartRequest): boolean {
  const fromRoom = held.agentFrom !== undefined && given.agentFrom !== undefined
  const asked = ({ agentFrom: _, agentId, ...rest }: StartRequest): unknown =>
    JSON.parse(JSON.stringify(fromRoom ? rest : { ...rest, agentId }))
  return isDeepStrictEqual(asked(held), asked(given))
}
