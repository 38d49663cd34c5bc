/**
 * The run's state machine, as a total table: what each event does to a run in each stage of its life.
 *
 * Invariants: a terminal state never changes (I2), so at most one is ever reached (I1); once a cancel was acknowledged
 * the run can only end `cancelled` (G6); only what is queued can be claimed (I12: the lease tells who did).
 */
import type { RunStatus } from './run.ts'

export type RunEvent =
  /** A worker takes the run under a lease. */
  | 'claim'
  /** A person asks for its end. */
  | 'cancel'
  /** The worker's own word on how it ended. */
  | 'succeed'
  | 'fail'
  | 'interrupt'
  /** Another run takes its place in the thread. */
  | 'supersede'
  /** The worker has stopped because of the cancel. */
  | 'confirm_cancel'
  /** Its worker is gone: the lease is over. */
  | 'orphan'

/**
 * `ignored`: it changes nothing and is nobody's mistake (late, or said twice). `refused`: whoever said it does not know
 * the run's state, and must read it again.
 */
export type Transition = { readonly to: RunStatus } | 'ignored' | 'refused'

const ABSORBING: Readonly<Record<RunEvent, Transition>> = {
  claim: 'ignored',
  cancel: 'ignored',
  succeed: 'ignored',
  fail: 'ignored',
  interrupt: 'ignored',
  supersede: 'ignored',
  confirm_cancel: 'ignored',
  orphan: 'ignored',
}

export const TRANSITIONS: Readonly<Record<RunStatus, Readonly<Record<RunEvent, Transition>>>> = {
  queued: {
    claim: { to: 'running' },
    // Nobody runs it, so nobody has to be asked to stop.
    cancel: { to: 'cancelled' },
    succeed: 'refused',
    fail: 'refused',
    interrupt: 'refused',
    // Only what is live is superseded; a queued run is cancelled, or waits.
    supersede: 'refused',
    confirm_cancel: 'refused',
    // It has no lease that could be over.
    orphan: 'ignored',
  },
  running: {
    claim: 'refused',
    cancel: { to: 'cancelling' },
    succeed: { to: 'succeeded' },
    fail: { to: 'failed' },
    interrupt: { to: 'interrupted' },
    supersede: { to: 'superseded' },
    // Nobody asked: a worker cannot decide on a cancel (I5).
    confirm_cancel: 'refused',
    orphan: { to: 'failed' },
  },
  cancelling: {
    claim: 'refused',
    cancel: 'ignored',
    succeed: { to: 'cancelled' },
    fail: { to: 'cancelled' },
    interrupt: { to: 'cancelled' },
    supersede: { to: 'cancelled' },
    confirm_cancel: { to: 'cancelled' },
    orphan: { to: 'cancelled' },
  },
  succeeded: ABSORBING,
  failed: ABSORBING,
  cancelled: ABSORBING,
  interrupted: ABSORBING,
  superseded: ABSORBING,
}

export function transition(status: RunStatus, event: RunEvent): Transition {
  return TRANSITIONS[status][event]
}
