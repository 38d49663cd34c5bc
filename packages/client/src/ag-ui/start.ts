/**
 * Accepts a run, or refuses it and leaves nothing behind. Pure: from what a thread is to what is written.
 *
 * Does not know: where it is written, which agent answers, how it is executed.
 */
import {
  continuedRun,
  inBrief,
  nextToStart,
  openingNow,
  openingOf,
  type QueuedRun,
  type Run,
  retriedRun,
  reusedId,
  type StartBody,
  type ThreadView,
  titleFrom,
  whyClosed,
} from '@holdfast/core'
import type { CancelRow, RunRow, StopRequest, ThreadRow } from './port.ts'
import { control, endBeforeStart, type LogRecord, PERSON, queueChanged } from './records.ts'
import { refusal } from './refusal.ts'

/** A longer queue would no longer be a conversation. */
const MAX_QUEUED = 100

export interface Starting {
  /** Milliseconds since 1970. */
  readonly now: number
  readonly threadId: string
  readonly row: ThreadRow | undefined
  readonly view: ThreadView
  /** Its cancel came first. */
  readonly cancel: CancelRow | undefined
  /** The live run, or the one that starts next. */
  readonly current: RunRow | undefined
}

export interface Started {
  readonly records: readonly LogRecord[]
  readonly run: Run
  readonly request: StartBody
  readonly patch: Partial<ThreadRow>
  /** The run that is told to make room. */
  readonly stopped?: { readonly runId: string; readonly stop: StopRequest }
}

/** @throws TransportError that says why it is refused */
export function accept(facts: Starting, body: StartBody & { readonly agentId: string }): Started {
  const { now, row, view, cancel, threadId } = facts
  const { runId, messages = [], onBusy = 'reject' } = body
  const waits = refuseUnlessPossible(facts, body)
  const opening = openingOf(view, { ...body, messages })
  if (!opening) throw refusal('unknown_parent')
  const parentId = opening.messages.at(-1)?.id ?? opening.parentId
  if (parentId === null) throw refusal('nothing_to_answer')
  const { resume } = body
  const continues = continuedRun(view, { messages, ...(resume && { resume }) })
  const retryOf = continues === undefined ? retriedRun(view, opening) : undefined
  const run: QueuedRun = {
    runId,
    agentId: body.agentId,
    parentId,
    ...(retryOf !== undefined && { retryOf }),
    ...(continues !== undefined && { continues }),
    acceptedAt: new Date(now).toISOString(),
    status: 'queued',
  }
  const of = opening.messages.length > 0 && { messages: opening.messages }
  const accepted = control(runId, { type: 'run.accepted', run, ...of })
  const patch = { agentId: body.agentId, ...(!row && { title: titleFrom(opening.messages) }) }
  const started = { run, request: body, patch }
  if (cancel) {
    const { by, reason } = cancel
    const stop = { by, ...(reason !== undefined && { reason }) }
    return { ...started, records: [accepted, ...endBeforeStart({ threadId, runId }, opening, stop)] }
  }
  const room = onBusy === 'supersede' ? makeRoom(facts, runId) : { records: [], gone: undefined }
  const queue = view.queue.filter((entry) => entry.run.runId !== room.gone)
  const answering = resume?.length ? [resolved(view, runId)] : []
  const turn = waits ? [] : goesFirst({ ...view, queue }, runId)
  const records = [...room.records, accepted, ...turn, ...answering]
  const placed = { ...run, position: waits ? queue.length + 1 : 1 }
  return { ...started, run: placed, records, ...(room.stopped && { stopped: room.stopped }) }
}

/** Whether it waits for its turn. */
function refuseUnlessPossible(
  { now, view }: Starting,
  { onBusy = 'reject', messages = [], resume }: StartBody,
): boolean {
  const questions = view.interrupts.map(({ id }) => id)
  const answered = new Set(resume?.map(({ interruptId }) => interruptId))
  const closed = whyClosed(view, answered, now)
  if (closed) throw refusal(closed)
  const waits = onBusy === 'enqueue' && answered.size === 0
  if (questions.some((id) => !answered.has(id)) && !waits) throw refusal('needs_answer', { interruptIds: questions })
  const busy = inBrief(view.runs).unended.find(({ status }) => status !== 'queued') ?? nextToStart(view)?.run
  if (busy && onBusy === 'reject') throw refusal('run_active', { runId: busy.runId })
  if (onBusy !== 'reject' && view.queue.length >= MAX_QUEUED) throw refusal('queue_full')
  const messageId = reusedId(view, messages)
  if (messageId !== undefined) throw refusal('message_id_reused', { messageId })
  return waits
}

interface Room {
  readonly records: readonly LogRecord[]
  /** A run that never starts. */
  readonly gone: string | undefined
  readonly stopped?: Started['stopped']
}

/** A live run is told to stop; one that is about to start ends at once. A cancel that came before it stands. */
export function makeRoom({ view, current }: Pick<Starting, 'view' | 'current'>, by: string): Room {
  const stop = { supersededBy: by }
  switch (current?.run.status) {
    case 'queued': {
      const { runId } = current
      return { records: endBeforeStart(current, openingNow(view, openable(current)), stop), gone: runId }
    }
    case 'running': {
      const { runId } = current
      const records = [control(runId, { type: 'run.status', status: 'cancelling' })]
      return { records, gone: undefined, stopped: { runId, stop } }
    }
    default:
      return { records: [], gone: undefined }
  }
}

/** A run as `openingNow` needs it. */
export function openable({ runId, run: { parentId }, request }: RunRow) {
  return { runId, request, ...(parentId !== undefined && { parentId }) }
}

function resolved({ interrupts }: ThreadView, runId: string): LogRecord {
  const interruptIds = interrupts.map(({ id }) => id)
  return control(runId, { type: 'interrupts.resolved', status: 'answered', by: PERSON, interruptIds })
}

/** It starts before all queued runs. No record if nothing is queued. */
function goesFirst(before: Pick<ThreadView, 'queue' | 'queuePaused' | 'queueHeldBy'>, runId: string) {
  const others = before.queue.map((entry) => entry.run.runId).filter((other) => other !== runId)
  if (others.length === 0 && !before.queuePaused) return []
  return [queueChanged(before, { order: [runId, ...others], first: runId })]
}
