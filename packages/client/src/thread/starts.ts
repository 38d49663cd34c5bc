/**
 * What becomes of a start: requested, answered, restored from an earlier page.
 *
 * Pure. Owns: these decisions. Does not know: requests, time.
 *
 * Invariants:
 * - A start that was given up is not repeated: it must not arrive after the server has forgotten its cancel.
 * - Starts reach the server in the order in which they were requested.
 */
import { isEnded } from '@holdfast/core'
import { problemOf, type TransportError } from '../transport/error.ts'
import { isBusy } from './activity.ts'
import { announceAccepted } from './announced.ts'
import { cancelRun } from './cancels.ts'
import { isUndecided, type Start } from './command.ts'
import type { Emit, EventOf } from './event.ts'
import { newRequest, requestOf, type StartRequest, sameAgain } from './request.ts'
import { dropTaken, refuse } from './returned.ts'
import { act, advance, find, isReleasedRun, put, startOf, startsOf, type ThreadModel, withoutStart } from './state.ts'

export function start(model: ThreadModel, event: EventOf<'start'>, emit: Emit): ThreadModel {
  const { asked, ids, leaf, at, signedOut } = event
  const { activity } = model
  const busy = isBusy(activity)
  const request = again(model, event, busy) ?? newRequest(asked, ids, leaf)
  const waits = busy && asked.onBusy === 'enqueue'
  if (!busy || asked.onBusy !== 'supersede') {
    return send(dropTaken(model), { request, at, waits }, emit)
  }
  const replaces = activity.runId
  // A run that the server may not have yet is given up. One that it has makes room when the new one arrives.
  const freed =
    activity.type === 'starting'
      ? cancelRun(model, { runId: replaces, reason: undefined, signedOut }, emit)
      : act(model, { type: 'cancel', runId: replaces })
  return send(dropTaken(freed), { request, at, waits, replaces }, emit)
}

/** Words that came back and are sent unchanged are the same message, not another one with the same words. */
function again(model: ThreadModel, { asked, ids, leaf }: EventOf<'start'>, busy: boolean): StartRequest | undefined {
  if (!asked.text) return undefined
  for (const { start } of startsOf(model)) {
    const { failed, reuse } = start.returned ?? {}
    if (failed?.text !== asked.text || reuse === 'nothing') continue
    return sameAgain(start.request, asked, { run: reuse === 'run', busy }, ids, leaf)
  }
  return undefined
}

function send(model: ThreadModel, start: Omit<Start, 'phase' | 'returned'>, emit: Emit): ThreadModel {
  const { body } = start.request
  const { runId } = body
  const after = startsOf(model).flatMap((each) => (isUndecided(each.start.phase) ? [each.runId] : []))
  emit({ type: 'post', body, at: start.at, after, afterCancelOf: start.replaces })
  const sent = put(model, { ...model.commands.get(runId), runId, start: { ...start, phase: 'sending' } })
  return start.waits ? sent : act(sent, { type: 'start', runId })
}

export function restore(model: ThreadModel, event: EventOf<'restore'>, emit: Emit): ThreadModel {
  const { stored, leaf, givenUp, signedOut } = event
  const { runId, start: body, cancel, at = 0 } = stored
  // This page has it already: its tab was copied, and the other one is gone.
  if (body && startOf(model, runId)) return model
  const cancelled = { runId, reason: cancel?.reason, signedOut }
  if (!body) return cancelRun(model, cancelled, emit)
  const start = { request: requestOf(body, leaf), at, waits: body.onBusy === 'enqueue' }
  if (!cancel && !stored.refused) {
    if (!givenUp) return send(model, start, emit)
    emit({ type: 'settle', runId })
    return model
  }
  const restored = put(model, { runId, start: { ...start, phase: 'sending' } })
  return stored.refused ? advance(restored, runId, 'absent', emit) : cancelRun(restored, cancelled, emit)
}

export function startAccepted(model: ThreadModel, event: EventOf<'start-accepted'>, emit: Emit): ThreadModel {
  const { run, announce } = event
  const { runId } = run
  // A run that waits for another one is announced when the log shows that it runs.
  const told = announce && !isReleasedRun(model, runId) ? announceAccepted(model.announced, run) : undefined
  if (told) emit({ type: 'announce', news: told.news })
  emit({ type: 'thread-exists' })
  const accepted = act(advance(model, runId, 'accepted', emit), { type: 'accepted', runId })
  return told ? { ...accepted, announced: told.announced } : accepted
}

export function startFailed(model: ThreadModel, { runId, error }: EventOf<'start-failed'>, emit: Emit): ThreadModel {
  if (find(model, runId)) return advance(model, runId, 'accepted', emit)
  return error ? refuse(model, runId, emit, error) : model
}

export function givenUpElsewhere(
  model: ThreadModel,
  { runId }: EventOf<'given-up-elsewhere'>,
  emit: Emit,
): ThreadModel {
  if (startOf(model, runId)?.phase !== 'sending') return model
  emit({ type: 'stop-posting', runId })
  return act(withoutStart(model, runId), { type: 'refused', runId })
}

/** A refusal that will not last: the thread is held by a run that was given up or has ended meanwhile. */
export function isMomentary(model: ThreadModel, error: TransportError): boolean {
  const problem = problemOf(error)
  if (problem?.code !== 'run_active' || problem.runId === undefined) return false
  const holder = find(model, problem.runId)
  return isReleasedRun(model, problem.runId) || (holder !== undefined && isEnded(holder))
}
