/**
 * Requests that a run, or one of its sub-agents, stop before it is done: records why, and aborts the signal. Does not know
 * how the run then ends (ending.ts).
 *
 * Invariants:
 * - The agent's signal is aborted once, by the first request, and with it those of all sub-agents.
 * - A lost lease replaces any other reason, because nothing may be written without a lease (I12). Otherwise the first
 *   reason stays. A cancel that arrives after a failure is not lost: the store repeats it when the run ends.
 */
import type { Failure } from '@holdfast/core'
import type { StopRequest } from '../store/run-record.ts'

export type Stop =
  | { readonly type: 'cancel'; readonly cancel: StopRequest }
  | { readonly type: 'fail'; readonly failure: Failure }
  /** This process is closing. Another process continues the run from where it stands. */
  | { readonly type: 'release' }
  | { readonly type: 'lost' }

type Stopped = Stop['type']

/** Whether a second reason replaces the first. */
const SECOND: Record<Stopped, Record<Stopped, 'keep' | 'replace'>> = {
  cancel: { cancel: 'keep', fail: 'keep', release: 'keep', lost: 'replace' },
  fail: { cancel: 'keep', fail: 'keep', release: 'keep', lost: 'replace' },
  release: { cancel: 'keep', fail: 'keep', release: 'keep', lost: 'replace' },
  lost: { cancel: 'keep', fail: 'keep', release: 'keep', lost: 'keep' },
}

const ABORTED: Record<Stopped, string> = {
  cancel: 'The run was cancelled.',
  fail: 'The run was ended.',
  release: 'This process is closing; another one continues the run.',
  lost: 'This process no longer holds the lease of the run.',
}

/** The part of a run that a stop changes. */
export interface Stoppable {
  /** Its signal is the one the agent receives. */
  readonly controller: AbortController
  /** Undefined until a stop is requested. */
  stop: Stop | undefined
  /** By subagentRunId: those whose signal the agent has asked for, and those that were asked to stop. */
  children: Map<string, AbortController> | undefined
}

export function requestStop(run: Stoppable, stop: Stop): void {
  if (run.stop && SECOND[run.stop.type][stop.type] === 'keep') return
  run.stop = stop
  const reason = new DOMException(ABORTED[stop.type], 'AbortError')
  run.controller.abort(reason)
  for (const child of run.children?.values() ?? []) child.abort(reason)
}

/** The controller of a sub-agent's signal: one per sub-agent. `created` is called with a new signal. */
export function childOf(
  run: Stoppable,
  subagentRunId: string,
  created: (signal: AbortSignal) => void,
): AbortController {
  const known = run.children?.get(subagentRunId)
  if (known) return known
  const child = new AbortController()
  created(child.signal)
  run.children ??= new Map()
  run.children.set(subagentRunId, child)
  if (run.controller.signal.aborted) child.abort(run.controller.signal.reason)
  return child
}
