/**
 * The state of a thread's model, and the small steps that its decisions are made of.
 *
 * Pure: a step gives a new state, or the same one if nothing has changed. Owns: commands, activity, what was announced,
 * changes of the queue. Does not know: the conversation, which is only projected (`project.ts`).
 */
import type { TransportError } from '../transport/error.ts'
import { type Activity, type ActivityEvent, isBusy, nextActivity, QUIET } from './activity.ts'
import { type Announced, NOTHING_ANNOUNCED } from './announced.ts'
import {
  type Command,
  isReleased,
  isShownFromHere,
  nextPhase,
  type PhaseEvent,
  reuseAfter,
  type Start,
} from './command.ts'
import type { Emit } from './event.ts'
import { findRun, isLive, type LogFacts, turnOf, without } from './log.ts'
import type { FailedStart } from './port.ts'
import type { QueueChange } from './queue-change.ts'
import { textOf } from './request.ts'

export interface ThreadModel {
  /** Undefined until the log was read, and once the thread is gone. */
  readonly log: LogFacts | undefined
  /** By run id, in the order of the asking; a returned start moves to the end. */
  readonly commands: ReadonlyMap<string, Command>
  readonly activity: Activity
  readonly announced: Announced
  readonly changes: readonly QueueChange[]
}

export const NEW_THREAD: ThreadModel = {
  log: undefined,
  commands: new Map(),
  activity: QUIET,
  announced: NOTHING_ANNOUNCED,
  changes: [],
}

interface OfStart {
  readonly runId: string
  readonly start: Start
}

export function startOf({ commands }: ThreadModel, runId: string): Start | undefined {
  return commands.get(runId)?.start
}

export function startsOf({ commands }: ThreadModel): readonly OfStart[] {
  return [...commands.values()].flatMap(({ runId, start }) => (start ? [{ runId, start }] : []))
}

/** Whether it is a failed start that is shown. */
export function isShown({ start }: OfStart): boolean {
  return start.returned?.taken === false
}

/** Whether a start is not settled yet. */
export function hasStarts(model: ThreadModel): boolean {
  return startsOf(model).some(({ start }) => start.phase !== 'returned')
}

/** The text of the oldest start on its way. */
export function pendingTextOf(model: ThreadModel): string {
  const first = startsOf(model).find(({ start }) => isShownFromHere(start.phase))
  return first ? textOf(first.start.request.body.messages) : ''
}

/** Whether this start is shown after the conversation. A start that joins the queue is shown there. */
export function isPending({ phase, waits }: Start): boolean {
  return isShownFromHere(phase) && !waits
}

/** Whether this run was given up before it was accepted, and has not ended yet. */
export function isReleasedRun(model: ThreadModel, runId: string): boolean {
  const start = startOf(model, runId)
  return start !== undefined && isReleased(start.phase)
}

/** The entry of the queue that starts next and has nothing to wait for. It is as good as live. */
export function turnIn(model: ThreadModel) {
  return turnOf(model.log, releasedIn(model))
}

function releasedIn(model: ThreadModel): ReadonlySet<string> {
  return new Set(startsOf(model).flatMap(({ runId, start }) => (isReleased(start.phase) ? [runId] : [])))
}

export function act(model: ThreadModel, event: ActivityEvent): ThreadModel {
  const activity = nextActivity(model.activity, event)
  return activity === model.activity ? model : { ...model, activity }
}

/** A command with neither start nor stop is settled, and forgotten. */
export function put(model: ThreadModel, command: Command): ThreadModel {
  const commands = new Map(model.commands)
  if (command.start || command.stop) commands.set(command.runId, command)
  else commands.delete(command.runId)
  return { ...model, commands }
}

export function withoutStart(model: ThreadModel, runId: string): ThreadModel {
  const { start: _, ...rest } = { runId, ...model.commands.get(runId) }
  return put(model, rest)
}

export function withoutStop(model: ThreadModel, runId: string): ThreadModel {
  const { stop: _, ...rest } = { runId, ...model.commands.get(runId) }
  return put(model, rest)
}

/** `error` says why the words of a start go back; absent if the person asked for them. */
export function advance(
  model: ThreadModel,
  runId: string,
  event: PhaseEvent,
  emit: Emit,
  error?: TransportError,
): ThreadModel {
  const command = model.commands.get(runId)
  if (!command?.start) return model
  const { start, ...rest } = command
  const phase = nextPhase(start.phase, event)
  if (phase === start.phase) return model
  if (phase !== 'sending') emit({ type: 'stop-posting', runId })
  if (phase === 'settled') return put(model, rest)
  if (phase !== 'returned') return put(model, { ...rest, start: { ...start, phase } })
  const { messages, resume: answers } = start.request.body
  const failed: FailedStart = { runId, text: textOf(messages), ...(answers && { answers }), ...(error && { error }) }
  const returned = { failed, taken: false, reuse: reuseAfter(error) }
  return put(withoutStart(put(model, rest), runId), { ...rest, start: { ...start, phase, returned } })
}

/** Makes the activity agree with the log. */
export function followLog(model: ThreadModel): ThreadModel {
  const { log } = model
  if (!log) return model
  const live = without(log.runs, releasedIn(model)).find(isLive) ?? turnIn(model)?.run
  if (live) {
    const { runId } = live
    const stops = live.status === 'cancelling' || model.commands.get(runId)?.stop !== undefined
    return act(model, { type: stops ? 'stopping' : 'live', runId })
  }
  const { activity } = model
  const waits = isBusy(activity) && log.queue.some(({ run }) => run.runId === activity.runId)
  const next = waits ? act(model, { type: 'waits', runId: activity.runId }) : model
  const starting = startsOf(next).find(({ start }) => start.phase === 'sending' && !start.waits)
  return starting && !isBusy(next.activity) ? act(next, { type: 'start', runId: starting.runId }) : next
}

export function find(model: ThreadModel, runId: string) {
  return findRun(model.log, runId)
}
