/**
 * Why a run is to stop before its agent is done, and the line to pull for it. Does not know: what becomes of the run then.
 *
 * Invariants:
 * - The agent's signal is aborted at the first pull, once.
 * - A lost lease replaces any other reason: nothing may be written any more (I12). Otherwise the first reason stays; a
 *   cancel that comes after a failure is not forgotten, since the store says it again at the end.
 */
import type { Failure } from '@holdfast/core'
import type { StopRequest } from '../store/run-record.ts'

export type Stop =
  | { readonly type: 'cancel'; readonly cancel: StopRequest }
  | { readonly type: 'fail'; readonly failure: Failure }
  /** This process stops; the run is left, as it stands, to the next one. */
  | { readonly type: 'release' }
  | { readonly type: 'lost' }

type Stopped = Stop['type']

/** What a second reason does to the first. */
const SECOND: Record<Stopped, Record<Stopped, 'keep' | 'replace'>> = {
  cancel: { cancel: 'keep', fail: 'keep', release: 'keep', lost: 'replace' },
  fail: { cancel: 'keep', fail: 'keep', release: 'keep', lost: 'replace' },
  release: { cancel: 'keep', fail: 'keep', release: 'keep', lost: 'replace' },
  lost: { cancel: 'keep', fail: 'keep', release: 'keep', lost: 'keep' },
}

const ABORTED: Record<Stopped, string> = {
  cancel: 'The run was cancelled.',
  fail: 'The run was ended.',
  release: 'This process stops: another one goes on with the run.',
  lost: 'This process may not write the run any more.',
}

/** What of a run it takes. */
export interface StopLine {
  /** Of the signal that the agent is given. */
  readonly controller: AbortController
  /** Undefined until it is pulled. */
  stop: Stop | undefined
}

export function pullLine(line: StopLine, stop: Stop): void {
  if (line.stop && SECOND[line.stop.type][stop.type] === 'keep') return
  line.stop = stop
  line.controller.abort(new DOMException(ABORTED[stop.type], 'AbortError'))
}
