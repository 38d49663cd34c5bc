/**
 * What a server writes into one thread's log when runs start, end and are cancelled, and when the queue changes.
 *
 * Owns: those records. Does not know: readers, other threads, requests.
 */
import {
  type ChangeQueueBody,
  nextToStart,
  type Outcome,
  type QueueInfo,
  type Run,
  type StartBody,
  type SubagentCancelRequested,
  type SubagentCancelTooLate,
} from '@holdfast/core'
import { TransportError } from '../transport/error.ts'
import { isRunning, runOf, type Script, view } from './script.ts'
import { problem } from './scripted-requests.ts'

/** Refuses or accepts a start, and starts it if it may. `isCancelled`: its cancel came before it. */
export function accept(script: Script, body: StartBody, isCancelled: boolean, more: Pick<Run, 'continues'> = {}): Run {
  if (script.deleted) throw new TransportError(problem('deleted'))
  const { runId, messages = [], onBusy = 'reject' } = body
  const same = runOf(script, runId)
  if (same) return same
  const before = view(script)
  const { resume } = body
  const questions = before.interrupts.map(({ id }) => id)
  if (resume?.some(({ interruptId }) => !questions.includes(interruptId))) {
    throw new TransportError(problem('interrupt_answered'))
  }
  if (questions.length > (resume?.length ?? 0) && onBusy !== 'enqueue') {
    throw new TransportError(problem('needs_answer', { interruptIds: questions }))
  }
  const busy = before.runs.find(isRunning) ?? nextToStart(before)?.run
  if (busy && onBusy === 'reject') throw new TransportError(problem('run_active', { runId: busy.runId }))
  const parentId = body.parentId ?? messages.at(-1)?.id
  script.parents.set(runId, body.parentId)
  const asker = resume && before.runs.findLast(({ status }) => status === 'interrupted')
  const continues = more.continues ?? asker?.runId
  const of = { ...(continues !== undefined && { continues }), ...(parentId !== undefined && { parentId }) }
  script.builder.accept(runId, messages, of)
  if (resume) {
    script.builder.control({ type: 'interrupts.resolved', interruptIds: questions, status: 'answered', by: 'you' })
  }
  if (isCancelled) {
    script.builder.start(runId, messages, body.parentId)
    script.builder.end(runId, { type: 'cancelled', by: 'you' })
  } else if (onBusy !== 'enqueue' && (before.queue.length > 0 || before.queuePaused)) {
    const others = before.queue.map(({ run }) => run.runId)
    const order = [runId, ...others]
    script.builder.control({ type: 'queue.changed', order, paused: before.queuePaused, first: runId })
  }
  if (onBusy === 'supersede' && busy) makeRoom(script, busy, runId)
  advance(script)
  return runOf(script, runId) as Run
}

/** Starts whatever has its turn. */
function advance(script: Script): void {
  const next = nextToStart(view(script))
  if (next) script.builder.start(next.run.runId, next.messages, script.parents.get(next.run.runId))
}

function makeRoom(script: Script, { runId, status }: Run, by: string): void {
  if (status === 'queued') {
    endUnsaid(script, runId, { type: 'superseded', by })
  } else if (status === 'running') {
    script.makingRoom.set(runId, by)
    script.builder.control({ type: 'run.status', status: 'cancelling' }, runId)
  }
}

/** Of a run that never started. */
function endUnsaid({ builder }: Script, runId: string, outcome: Outcome): void {
  builder.start(runId, [], null)
  builder.end(runId, outcome)
}

/** A failure, and a cancel, pause the queue. */
export function settleQueue(script: Script, outcome: Outcome): void {
  const { queue, queuePaused } = view(script)
  const holds = outcome.type === 'failed' || outcome.type === 'cancelled'
  if (holds && queue.length > 0 && !queuePaused) {
    const order = queue.map(({ run }) => run.runId)
    script.builder.control({ type: 'queue.changed', order, paused: true })
  }
  advance(script)
}

export function cancel(script: Script, run: Run, reason: string | undefined): { run: Run } {
  if (run.status === 'queued') {
    endUnsaid(script, run.runId, { type: 'cancelled', by: 'you' })
    return { run: runOf(script, run.runId) as Run }
  }
  const event = { type: 'run.cancel-requested', by: 'you', ...(reason !== undefined && { reason }) } as const
  script.builder.control(event, run.runId)
  script.builder.control({ type: 'run.status', status: 'cancelling' }, run.runId)
  return { run: runOf(script, run.runId) as Run }
}

export function cancelSubagent(script: Script, id: string): SubagentCancelRequested | SubagentCancelTooLate {
  const subagent = view(script).subagents.find(({ subagentRunId }) => subagentRunId === id)
  if (!subagent) throw new TransportError(problem('not_found'))
  const { runId, status } = subagent
  if (status !== 'running') return { alreadyTerminal: true, status }
  script.builder.control({ type: 'subagent.cancel-requested', subagentRunId: id, by: 'you' }, runId)
  return { subagent }
}

/** A delta of the run's answer, opening its message where it has none. */
export function say(script: Script, runId: string, delta: string): void {
  const messageId = `${runId}-answer`
  if (!script.speaking.has(runId)) {
    script.speaking.add(runId)
    script.builder.agui(runId, { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' })
  }
  script.builder.agui(runId, { type: 'TEXT_MESSAGE_CONTENT', messageId, delta })
}

/** Ends the run, and closes its message. */
export function end(script: Script, runId: string, outcome: Outcome): void {
  if (script.speaking.delete(runId)) {
    script.builder.agui(runId, { type: 'TEXT_MESSAGE_END', messageId: `${runId}-answer` })
  }
  script.builder.end(runId, outcome)
  settleQueue(script, outcome)
}

export function changeQueue(script: Script, change: ChangeQueueBody): QueueInfo {
  const before = view(script)
  const { paused = before.queuePaused, order: wished = [], supersede = false } = change
  const waiting = before.queue.map(({ run }) => run.runId)
  if (wished.some((runId) => !waiting.includes(runId))) throw new TransportError(problem('not_queued'))
  const order = [...wished, ...waiting.filter((runId) => !wished.includes(runId))]
  const [first] = order
  const live = before.runs.find(isRunning)
  if (supersede && first !== undefined && live) makeRoom(script, live, first)
  const leads = supersede && first !== undefined && { first }
  script.builder.control({ type: 'queue.changed', order, paused, ...leads })
  advance(script)
  const after = view(script)
  return { order, paused: after.queuePaused, items: after.queue }
}
