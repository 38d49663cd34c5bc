/**
 * Accepting a run. The answer is the same whoever asks how often (I9); a refused start leaves nothing behind; at most
 * one run at a time is on its way in a thread (I1).
 */
import { isDeepStrictEqual } from 'node:util'
import { type AfterCrash, isEnded, nextToStart, type ThreadKey } from '@holdfast/core'
import type { StartAnswer } from '../port.ts'
import type { Principal } from '../principal.ts'
import type { QueuedRecord, StartRequest } from '../run-record.ts'
import type { Decision, StartFacts } from './facts.ts'
import { endBeforeStart, type Opening, openingOf } from './opening.ts'
import { goesFirst, liveIn, MAX_QUEUED, placed } from './queue.ts'
import { controlRecord } from './records.ts'
import { reusedId } from './said-before.ts'
import { supersede } from './supersede.ts'
import { titleFrom } from './title.ts'
import { toRun } from './to-run.ts'
import { threadAbsence } from './visible.ts'

export function decideStart(
  facts: StartFacts,
  owner: Principal,
  { roomId, threadId }: ThreadKey,
  request: StartRequest,
  afterCrash: AfterCrash = 'fail',
): Decision<StartAnswer> {
  const { now, room, thread, view, run: known, cancel } = facts
  const { runId } = request
  const absent = threadAbsence(room, thread, owner)
  if (absent) return { answer: absent }
  if (known) {
    if (!isSame(known.request, request)) return { answer: { type: 'run_id_reused' } }
    return { answer: { type: 'same', run: placed(toRun(known), view) } }
  }
  const questions = view.interrupts.map(({ id }) => id)
  const answered = new Set(request.resume?.map(({ interruptId }) => interruptId))
  if (answered.size > 0 && [...answered].some((id) => !questions.includes(id))) {
    return { answer: { type: 'interrupt_closed' } }
  }
  const answers = answered.size > 0
  const waits = request.onBusy === 'enqueue' && !answers
  if (questions.length > answered.size && !waits) {
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
  const continues = continuedRun(facts, request)
  const retryOf = continues === undefined ? retriedRun(facts, opening) : undefined
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
  // Whoever names an agent chooses it for the thread.
  const chosen = request.agentFrom === undefined && { agentId: request.agentId }
  const put = {
    key,
    thread: { ...(thread ?? created), ...chosen, updatedAt: now },
    ...(!thread && { titled: true as const }),
  }
  if (cancel) {
    // It asks for nothing any more: nobody makes room for it, and no question is answered by it.
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
  const makesRoom = request.onBusy === 'supersede' && facts.current
  const stopped = makesRoom
    ? supersede({ now, thread: thread && { ...thread, ...chosen }, view, run: makesRoom }, runId)
    : []
  const gone = makesRoom && makesRoom.status === 'queued' ? makesRoom.runId : undefined
  const queue = view.queue.filter((entry) => entry.run.runId !== gone)
  const resolved = answers
    ? [controlRecord(runId, { type: 'interrupts.resolved', by: owner.personId, interruptIds: questions })]
    : []
  const turn = waits ? [] : goesFirst({ ...view, queue }, runId)
  const position = waits ? queue.length + 1 : 1
  return {
    answer: { type: 'accepted', run: { ...toRun(queued), status: 'queued', position } },
    writes: [
      ...stopped,
      {
        ...put,
        log: [accepted, ...turn, ...resolved],
        run: queued,
        notices: [{ type: 'run.queued', runId }],
      },
    ],
  }
}

/** The run whose questions this one answers, or whose tools' results it brings. */
function continuedRun({ view }: StartFacts, { resume = [], messages }: StartRequest): string | undefined {
  if (resume.length > 0) return view.runs.findLast((run) => run.status === 'interrupted')?.runId
  const results = new Set(messages.flatMap((message) => (message.role === 'tool' ? message.toolCallId : [])))
  if (results.size === 0) return undefined
  return view.messages.findLast(
    (message) => message.role === 'assistant' && message.toolCalls?.some((call) => results.has(call.id)),
  )?.runId
}

/** The run whose question is asked again: the newest one that answered the same message. */
function retriedRun({ view }: StartFacts, { messages, parentId }: Opening): string | undefined {
  if (messages.length > 0) return undefined
  return view.runs.findLast((run) => isEnded(run) && run.parentId === parentId)?.runId
}

/** Equal after a way through JSON, which is how a request is stored. */
function isSame(held: StartRequest, given: StartRequest): boolean {
  const fromRoom = held.agentFrom !== undefined && given.agentFrom !== undefined
  const asked = ({ agentFrom: _, agentId, ...rest }: StartRequest): unknown =>
    JSON.parse(JSON.stringify(fromRoom ? rest : { ...rest, agentId }))
  return isDeepStrictEqual(asked(held), asked(given))
}
