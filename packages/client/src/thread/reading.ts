/**
 * What follows from the log of a thread: runs that start and end, commands that are settled, the end of the thread.
 *
 * Pure. Owns: these decisions. Does not know: the conversation, connections.
 */
import { isEnded, type Outcome, type Run } from '@holdfast/core'
import { isBusy } from './activity.ts'
import { abandon, announceRead } from './announced.ts'
import type { Start } from './command.ts'
import type { Emit, EventOf } from './event.ts'
import { isEnding, type LogFacts } from './log.ts'
import { moveOn } from './queue.ts'
import { giveBack } from './returned.ts'
import { act, advance, find, followLog, hasStarts, startsOf, type ThreadModel, withoutStop } from './state.ts'

export function read(model: ThreadModel, { log, restored = false }: EventOf<'read'>, emit: Emit): ThreadModel {
  let next = settleCommands(moveOn({ ...model, log }), log, emit)
  const { announced, news, ended } = announceRead(model.announced, log.runs, restored)
  for (const { removed, ...run } of ended) {
    if (next.commands.get(run.runId)?.stop) emit({ type: 'stop-cancelling', runId: run.runId })
    if (!removed || isBusy(next.activity)) next = act(next, { type: 'ended', ...run })
  }
  emit({ type: 'announce', news })
  return { ...followLog(next), announced }
}

function settleCommands(model: ThreadModel, { runs, queue, queuePaused }: LogFacts, emit: Emit): ThreadModel {
  if (model.commands.size === 0) return model
  const queued = new Map(queue.map((entry) => [entry.run.runId, entry]))
  let next = model
  for (const { runId, start } of startsOf(model)) {
    const run = runs.find((each) => each.runId === runId)
    if (!run) continue
    const waiting = queued.get(runId)
    // The messages of a run enter the conversation at its start. Until then they are shown from here, unless they wait
    // in the queue, from here or from elsewhere.
    const isSaid = waiting
      ? start.waits || (queuePaused && !waiting.first)
      : run.status !== 'queued' && 'startedAt' in run && run.startedAt !== undefined
    next = advance(next, runId, isEnded(run) ? endOf(run, start) : isSaid ? 'said' : 'accepted', emit)
  }
  return withoutShownStops(next)
}

/**
 * A run names the last message that it has said. One that was stopped and names none left the queue before its turn. Words
 * that joined the queue here were removed on purpose.
 */
function endOf({ status, parentId }: Run, { waits }: Start): 'ended' | 'unsaid' {
  const isStopped = status === 'cancelled' || status === 'superseded'
  return isStopped && parentId === undefined && !waits ? 'unsaid' : 'ended'
}

/** A cancel that the server has is settled as soon as the log shows it. */
function withoutShownStops(model: ThreadModel): ThreadModel {
  let next = model
  for (const { runId, stop } of model.commands.values()) {
    if (stop?.phase !== 'acknowledged') continue
    const run = find(model, runId)
    if (!run || isEnding(run)) next = withoutStop(next, runId)
  }
  return next
}

export function deleted(model: ThreadModel, emit: Emit): ThreadModel {
  const next = act(giveBack(model, emit), { type: 'gone' })
  return leave(next, { type: 'cancelled', by: 'server', reason: 'The thread was deleted.' }, emit)
}

/** A thread that does not exist may be about to be created from here. */
export function missing(model: ThreadModel, emit: Emit): ThreadModel {
  if (hasStarts(model)) return moveOn({ ...model, log: undefined })
  const message = 'The server does not have this thread any more.'
  return leave(act(model, { type: 'gone' }), { type: 'failed', code: 'store_failed', message }, emit)
}

function leave(model: ThreadModel, outcome: Outcome, emit: Emit): ThreadModel {
  const { announced, news } = abandon(model.announced, outcome)
  emit({ type: 'announce', news })
  let next = moveOn({ ...model, log: undefined, announced })
  for (const { runId, stop } of model.commands.values()) {
    if (!stop) continue
    emit({ type: 'stop-cancelling', runId })
    next = withoutStop(next, runId)
  }
  return next
}
