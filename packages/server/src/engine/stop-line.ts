/**
 * Why a run stops before its agent is done, and the line to pull for it. Does not know: what becomes of the run then.
 *
 * Invariants:
 * - The agent's signal is aborted at the first pull, once.
 * - A lost lease replaces any other reason: nothing may be written any more (I12). Otherwise the first reason stays; a
 *   cancel that comes after a failure is not forgotten, since the store says it again at the end.
 */
import type { Failure } from '@holdfast/core'
import type { StopRequest } from '../store/run-record.ts'
import { guardSignal } from './agent-signal.ts'

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

export const STOPPED = Symbol('stopped')

export interface StopLine {
  stop(): Stop | undefined
  /** What the agent is given. */
  readonly signal: AbortSignal
  pull(stop: Stop): void
  /** The promise's own end, or `STOPPED` as soon as the line is pulled. One at a time. */
  orStopped<T>(promise: PromiseLike<T>): Promise<T | typeof STOPPED>
}

/** `onThrown`: what a listener of the signal threw. */
export function createStopLine(onThrown: (error: unknown) => void = () => {}): StopLine {
  const controller = new AbortController()
  const signal = guardSignal(controller.signal, onThrown)
  let current: Stop | undefined
  // Replaced by each call: a promise that all of them waited for would hold on to every event of the run.
  let interrupt: (stopped: typeof STOPPED) => void = () => {}

  return {
    stop: () => current,
    signal,
    pull(stop) {
      if (current && SECOND[current.type][stop.type] === 'keep') return
      current = stop
      controller.abort(new DOMException(ABORTED[stop.type], 'AbortError'))
      interrupt(STOPPED)
    },
    orStopped<T>(waited: PromiseLike<T>) {
      const { promise, resolve, reject } = Promise.withResolvers<T | typeof STOPPED>()
      waited.then(resolve, reject)
      interrupt = resolve
      if (current) resolve(STOPPED)
      return promise
    },
  }
}
