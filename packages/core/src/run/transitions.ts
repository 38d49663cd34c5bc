/**
 * The run's state machine, as a total table: what each event does to a run in each stage of its life.
 *
 * Invariants: a terminal state never changes (I2), so at most one is ever reached (I1); once a cancel was acknowledged
 * the run can only end `cancelled` (G6), also when it was to be superseded; once it was told to make room for another run it
 * ends `superseded`, or `cancelled`, and nothing else; only what is queued can be claimed (I12: the lease tells who did).
 */
import type { RunStatus } from './run.ts'

/** `superseding`: told to stop because another run takes its place; shown as `cancelling`. */
export type RunStage = RunStatus | 'superseding'

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
  /** The worker has stopped because the run is superseded. */
  | 'confirm_supersede'
  /** Its worker is gone: the lease is over. */
  | 'orphan'

/**
 * `ignored`: it changes nothing and is nobody's mistake (late, or said twice). `refused`: whoever said it does not know
 * the run's state, and must read it again.
 */
export type Transition = { readonly to: RunStage } | 'ignored' | 'refused'

const ABSORBING: Readonly<Record<RunEvent, Transition>> = {
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

export const TRANSITIONS: Readonly<Record<RunStage, Readonly<Record<RunEvent, Transition>>>> = {
  queued: {
    claim: { to: 'running' },
    // Nobody runs it, so nobody has to be asked to stop.
    cancel: { to: 'cancelled' },
    succeed: 'refused',
    fail: 'refused',
    interrupt: 'refused',
    // One whose turn has come is as good as live; one that waits behind it is left alone by who asks.
    supersede: { to: 'superseded' },
    confirm_cancel: 'refused',
    confirm_supersede: 'refused',
    // It has no lease that could be over.
    orphan: 'ignored',
  },
  running: {
    claim: 'refused',
    cancel: { to: 'cancelling' },
    succeed: { to: 'succeeded' },
    fail: { to: 'failed' },
    interrupt: { to: 'interrupted' },
    supersede: { to: 'superseding' },
    // Nobody asked: a worker cannot decide on a cancel (I5).
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
    // The cancel was acknowledged first: it stays the truth, and the other run starts after it.
    supersede: 'ignored',
    confirm_cancel: { to: 'cancelled' },
    // It knows only of the supersede; the store says it again.
    confirm_supersede: { to: 'cancelled' },
    orphan: { to: 'cancelled' },
  },
  superseding: {
    claim: 'refused',
    // Whoever pressed Stop sees it stopped.
    cancel: { to: 'cancelling' },
    succeed: { to: 'superseded' },
    fail: { to: 'superseded' },
    interrupt: { to: 'superseded' },
    // The first that came takes its place; the second starts before it.
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

export function transition(status: RunStage, event: RunEvent): Transition {
  return TRANSITIONS[status][event]
}
