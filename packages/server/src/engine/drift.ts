/**
 * Whether what a run reads and says is its own (I3). Everything a run touches is addressed by the lease it was started
 * under; what turns out to be another's is a fault of whoever mixed them up, and is never used.
 *
 * Owns: what is held against the lease. Does not know: what becomes of the run.
 */
import { type Failure, keyOf, sameKey } from '@holdfast/core'
import type { Claim, Lease } from '../store/port.ts'

/** Where the other address was found: in what the agent is given, in the run's own log, in what the agent said. */
export type Drift = {
  readonly where: 'input' | 'log' | 'agent'
  readonly field: 'roomId' | 'threadId' | 'runId'
  /** The type of the event that carried it. */
  readonly event?: string
}

/** Whose conversation it would have been is not known: nobody is asked. */
export const MIXED_UP: Failure = {
  code: 'store_failed',
  message: 'The server mixed this run up with another one, and stopped it before anything was shared. Try again.',
}

/** Thrown where a log that was asked for under one key answers with records of another. */
export class DriftError extends Error {
  override readonly name = 'DriftError'
  readonly drift: Drift
  constructor(drift: Drift) {
    super(`A run was given a ${drift.where} of another ${drift.field}.`)
    this.drift = drift
  }
}

/** What of the agent's input is another run's. */
export function driftOfInput(lease: Lease, input: Claim['input']): Drift | undefined {
  if (input.threadId !== lease.threadId) return { where: 'input', field: 'threadId' }
  return input.runId === lease.runId ? undefined : { where: 'input', field: 'runId' }
}

/** @throws DriftError */
export function expectOwn(lease: Lease, envelope: unknown): void {
  const key = keyOf(envelope)
  if (key && sameKey(key, lease)) return
  throw new DriftError({ where: 'log', field: key?.roomId === lease.roomId ? 'threadId' : 'roomId' })
}
