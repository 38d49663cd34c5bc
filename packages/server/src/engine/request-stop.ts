/**
 * Requests that a run stop before its agent is done: records why, and aborts the agent's signal. Does not know how the run
 * then ends (ending.ts).
 *
 * Invariants:
 * - The agent's signal is aborted once, by the first request.
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
}

export function requestStop(run: Stoppable, stop: Stop): void {
  if (run.stop && SECOND[run.stop.type][stop.type] === 'keep') return
  run.stop = stop
  run.controller.abort(new DOMException(ABORTED[stop.type], 'AbortError'))
}
