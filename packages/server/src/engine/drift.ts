/**
 * Detects address drift: input, log records or agent events that carry the address of another run (I3). Everything a
 * run touches is addressed by its lease. Anything else is a fault of the caller that mixed runs up, and is never used.
 *
 * Owns: what is compared with the lease. Does not know: what then happens to the run.
 */
import { type Failure, keyOf, sameKey } from '@holdfast/core'
import type { Claim, Lease } from '../store/port.ts'

/** Where the foreign address was found: in the agent's input, in the run's own log, in an agent's event. */
export type Drift = {
  readonly where: 'input' | 'log' | 'agent'
  readonly field: 'roomId' | 'threadId' | 'runId'
  /** The type of the event that carried it. */
  readonly event?: string
}

/** The other conversation is not named, since the reader may have no right to see it. */
export const MIXED_UP: Failure = {
  code: 'store_failed',
  message: 'The server mixed this run up with another one and stopped it before anything was shared. Try again.',
}

/** Thrown when a log that was read under one key contains records of another. */
export class DriftError extends Error {
  override readonly name = 'DriftError'
  readonly drift: Drift
  constructor(drift: Drift) {
    super(`A run was given a ${drift.where} of another ${drift.field}.`)
    this.drift = drift
  }
}

/** The drift in the agent's input, if any. */
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
