/**
 * The run's state machine as a total table: what each transition does to a run in each stage of its life.
 *
 * Invariants:
 * - A terminal state never changes (I2), so a run reaches at most one (I1).
 * - After an acknowledged cancel the run can only end `cancelled` (G6), even if it was being superseded.
 * - A live run that is being superseded ends `superseded` or `cancelled`.
 * - Only a queued run can be claimed (I12; the lease says who claimed it).
 */
import type { RunStatus } from './run.ts'

/** `superseding`: asked to stop because another run takes its place; shown as `cancelling`. */
export type RunStage = RunStatus | 'superseding'

export type RunTransition =
  /** A worker takes the run under a lease. */
  | 'claim'
  /** A person asks the run to stop. */
  | 'cancel'
  /** The worker reports how the run ended. */
  | 'succeed'
  | 'fail'
  | 'interrupt'
  /** Another run takes its place in the thread. */
  | 'supersede'
  /** The worker stopped because of the cancel. */
  | 'confirm_cancel'
  /** The worker stopped because the run is superseded. */
  | 'confirm_supersede'
  /** The worker is lost: its lease has expired. */
  | 'orphan'

/**
 * `ignored`: late or repeated, so it changes nothing and is not an error. `refused`: the caller's view of the run is out
 * of date; it must read the run again.
 */
export type Transition = { readonly to: RunStage } | 'ignored' | 'refused'

const ABSORBING: Readonly<Record<RunTransition, Transition>> = {
  claim: 'ignored',
  cancel: 'ignored',
  succeed: 'ignored',
  fail: 'ignored',
  interrupt: 'ignored',
  supersede: 'ignored',
  confirm_cancel: 'ignored',
  confirm_supersede: 'ignored',
  orphan: 'ignored',
}

export const TRANSITIONS: Readonly<Record<RunStage, Readonly<Record<RunTransition, Transition>>>> = {
  queued: {
    claim: { to: 'running' },
    // No worker has it, so it ends at once.
    cancel: { to: 'cancelled' },
    succeed: 'refused',
    fail: 'refused',
    interrupt: 'refused',
    // Deciders supersede only the first of a queue; the runs behind it stay queued.
    supersede: { to: 'superseded' },
    confirm_cancel: 'refused',
    confirm_supersede: 'refused',
    // It has no lease that could expire.
    orphan: 'ignored',
  },
  running: {
    claim: 'refused',
    cancel: { to: 'cancelling' },
    succeed: { to: 'succeeded' },
    fail: { to: 'failed' },
    interrupt: { to: 'interrupted' },
    supersede: { to: 'superseding' },
    // Nobody asked for it: a worker cannot decide to cancel (I5).
    confirm_cancel: 'refused',
    confirm_supersede: 'refused',
    orphan: { to: 'failed' },
  },
  cancelling: {
    claim: 'refused',
    cancel: 'ignored',
    succeed: { to: 'cancelled' },
    fail: { to: 'cancelled' },
    interrupt: { to: 'cancelled' },
    // The cancel was acknowledged first, so it stands. The other run starts after it.
    supersede: 'ignored',
    confirm_cancel: { to: 'cancelled' },
    // The worker knew only of the supersede; the cancel stands.
    confirm_supersede: { to: 'cancelled' },
    orphan: { to: 'cancelled' },
  },
  superseding: {
    claim: 'refused',
    // The person who pressed Stop sees the run stopped.
    cancel: { to: 'cancelling' },
    succeed: { to: 'superseded' },
    fail: { to: 'superseded' },
    interrupt: { to: 'superseded' },
    // The first successor keeps its claim to the place; the second starts before it.
    supersede: 'ignored',
    confirm_cancel: 'refused',
    confirm_supersede: { to: 'superseded' },
    orphan: { to: 'superseded' },
  },
  succeeded: ABSORBING,
  failed: ABSORBING,
  cancelled: ABSORBING,
  interrupted: ABSORBING,
  superseded: ABSORBING,
}

export function transition(status: RunStage, event: RunTransition): Transition {
  return TRANSITIONS[status][event]
}
