/**
 * What becomes of a cancel: requested, delivered, refused.
 *
 * Pure. Owns: these decisions. Does not know: requests, time.
 *
 * A cancel of a start that may not have arrived recalls it: its words go back if the server turns out not to have it.
 */
import { release } from './announced.ts'
import type { Emit, EventOf } from './event.ts'
import { isEnding } from './log.ts'
import { refuse } from './returned.ts'
import { act, advance, find, followLog, put, startOf, type ThreadModel, withoutStop } from './state.ts'

export function cancelRun(model: ThreadModel, event: Omit<EventOf<'cancel'>, 'type'>, emit: Emit): ThreadModel {
  const { runId, reason, signedOut } = event
  const recalls = startOf(model, runId)?.phase === 'sending' && !find(model, runId)
  // A second cancel of the same run waits for the first.
  if (model.commands.get(runId)?.stop?.phase === 'sending') return model
  emit({ type: 'deliver-cancel', runId, reason, recalls })
  const recalled = recalls ? recall(model, runId, emit) : model
  const command = { ...recalled.commands.get(runId), runId }
  const next = act(put(recalled, { ...command, stop: { reason, phase: 'sending' } }), { type: 'cancel', runId })
  // A start that waits for a sign-in is not under way: its words are free at once.
  return recalls && signedOut ? refuse(next, runId, emit) : next
}

function recall(model: ThreadModel, runId: string, emit: Emit): ThreadModel {
  emit({ type: 'mark-given-up', runId })
  const next = advance(model, runId, 'recall', emit)
  return { ...next, announced: release(next.announced, runId) }
}

/** Until the log shows it, the run is still shown as being cancelled. */
export function cancelDelivered(model: ThreadModel, { runId }: EventOf<'cancel-delivered'>): ThreadModel {
  const command = model.commands.get(runId)
  if (!command?.stop) return model
  const run = find(model, runId)
  if (!run || isEnding(run)) return withoutStop(model, runId)
  return put(model, { ...command, stop: { ...command.stop, phase: 'acknowledged' } })
}

export function cancelFailed(model: ThreadModel, { runId }: EventOf<'cancel-failed'>, emit: Emit): ThreadModel {
  const refused = advance(withoutStop(model, runId), runId, 'recall-refused', emit)
  return followLog(act(refused, { type: 'cancel-refused', runId }))
}

/** A start that was given up before the server had it was never said. */
export function recallDecided(model: ThreadModel, event: EventOf<'recall-decided'>, emit: Emit): ThreadModel {
  const { runId, known } = event
  if (!known) return refuse(model, runId, emit)
  emit({ type: 'thread-exists' })
  return advance(model, runId, 'accepted', emit)
}
