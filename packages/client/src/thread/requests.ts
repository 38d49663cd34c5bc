/**
 * What the requests of one thread have in common: where they go, what they wait for, where their answers go.
 *
 * Owns: how a request is repeated until there is an answer. Does not know: which request, what follows from the answer.
 */
import type { ThreadKey } from '@holdfast/core'
import type { Access } from '../access/access.ts'
import type { Environment } from '../environment/port.ts'
import type { RunTransport } from '../transport/port.ts'
import type { ThreadEvent } from './event.ts'
import type { GivenUp } from './given-up.ts'
import type { LookUp } from './look-up.ts'
import { type RetryOptions, retry } from './retry.ts'
import type { ThreadModel } from './state.ts'

export interface RequestContext {
  readonly key: ThreadKey
  readonly transport: RunTransport
  readonly environment: Environment
  readonly access: Access
  readonly givenUp: GivenUp
  readonly lookUp: LookUp
  /** Aborted when the registry is closed. What is not answered by then is left to the next page. */
  readonly closed: AbortSignal
  model(): ThreadModel
  dispatch(event: ThreadEvent): void
}

/** Requests of one kind that are on their way, by run. */
export interface OnTheirWay<T> {
  /** `stopped` ends the repeating, never an attempt: what is under way may already have arrived. */
  send(runId: string, request: (stopped: AbortSignal) => Promise<T>): void
  stop(runId: string): void
  /** Undefined if none is on its way. */
  answer(runId: string): Promise<T> | undefined
}

export function createOnTheirWay<T>(): OnTheirWay<T> {
  const all = new Map<string, { readonly stop: AbortController; answer?: Promise<T> }>()
  return {
    send(runId, request) {
      const entry: { readonly stop: AbortController; answer?: Promise<T> } = { stop: new AbortController() }
      // Before the request, which may be stopped by what it finds at once.
      all.set(runId, entry)
      entry.answer = request(entry.stop.signal)
      const forget = () => {
        if (all.get(runId) === entry) all.delete(runId)
      }
      // The observation shows a failure too, so the answer may be ignored.
      entry.answer.then(forget, forget)
    },
    stop: (runId) => all.get(runId)?.stop.abort(),
    answer: (runId) => all.get(runId)?.answer,
  }
}

/** `signal` ends the repeating, like the closing of the registry does. */
export function repeat<T>(
  { environment, access, closed }: RequestContext,
  ask: () => Promise<T>,
  options: Omit<RetryOptions<T>, 'environment' | 'access' | 'signal'> & { readonly signal?: AbortSignal },
): Promise<T> {
  const { signal } = options
  return retry(ask, { ...options, environment, access, signal: signal ? AbortSignal.any([closed, signal]) : closed })
}
