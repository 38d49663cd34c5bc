/**
 * Words that go back to the person: their start was refused, recalled in time, or its thread was deleted.
 *
 * Pure. Owns: these decisions. Does not know: requests, the composer that takes the words.
 *
 * Invariants:
 * - What a person wrote is in the log or goes back to them, whatever happens to its thread.
 * - An error is shown with returned words only if the person did not take them back (S004-29).
 */
import { problemOf, TransportError } from '../transport/error.ts'
import { isUndecided } from './command.ts'
import type { Emit } from './event.ts'
import { act, advance, followLog, isShown, put, startOf, startsOf, type ThreadModel, withoutStart } from './state.ts'

/** The server does not have it. `error` is absent when the person took it back: then no error is shown. */
export function refuse(model: ThreadModel, runId: string, emit: Emit, error?: TransportError): ThreadModel {
  const start = startOf(model, runId)
  if (!start || !isUndecided(start.phase)) return model
  if (error) emit({ type: 'announce', news: [{ type: 'StartRefused', runId, error }] })
  // A deleted thread was there: reading it again shows that it is gone.
  if (error && problemOf(error)?.code === 'deleted') emit({ type: 'thread-exists' })
  const refused = act(giveBackOne(model, runId, emit, error), { type: 'refused', runId })
  const { replaces } = start
  // Another run may have become live while this one was on its way.
  return followLog(replaces === undefined ? refused : act(refused, { type: 'cancel-refused', runId: replaces }))
}

function giveBackOne(model: ThreadModel, runId: string, emit: Emit, error?: TransportError): ThreadModel {
  const waits = startOf(model, runId)?.waits
  const back = advance(model, runId, 'absent', emit, error)
  // A queued message that the person removed is not wanted any more.
  return !error && waits ? withoutStart(back, runId) : back
}

/** The thread was deleted: everything that it does not contain goes back to the person. */
export function giveBack(model: ThreadModel, emit: Emit): ThreadModel {
  let next = model
  for (const { runId, start } of startsOf(model)) {
    if (start.phase === 'returned') continue
    if (!isUndecided(start.phase)) next = withoutStart(next, runId)
    else next = giveBackOne(next, runId, emit, start.phase === 'sending' ? deleted() : undefined)
  }
  return next
}

/** The person has the words of the failed start that is shown. The next one is shown. */
export function takeShown(model: ThreadModel): ThreadModel {
  const shown = startsOf(model).find(isShown)
  if (!shown?.start.returned) return model
  const { runId, start } = shown
  return put(model, {
    ...model.commands.get(runId),
    runId,
    start: { ...start, returned: { ...shown.start.returned, taken: true } },
  })
}

/** Other words were sent: the shown ones and those taken before are of no use any more. */
export function dropTaken(model: ThreadModel): ThreadModel {
  let next = takeShown(model)
  for (const { runId, start } of startsOf(next)) if (start.returned?.taken) next = withoutStart(next, runId)
  return next
}

function deleted(): TransportError {
  const detail = 'The thread was deleted.'
  const problem = { type: 'about:blank', title: detail, status: 410, code: 'deleted', detail } as const
  return new TransportError({ type: 'problem', problem })
}
