/**
 * What this device knows of the one run that may be active in a thread: a state machine, pure and total. What a person
 * asks here (start, cancel) and what the log says meet here and nowhere else.
 *
 * Owns: which activity follows which event. Does not know: messages, sockets, time.
 *
 * Invariants:
 * - An event about another run than the present one changes nothing, unless the log says that it is live.
 * - Only the log ends a run that it has shown. An answer to a request never does (silence is never completion).
 */
import type { Outcome } from '@holdfast/core'

export type Activity =
  /** No run is active. `last` is how the newest run known here ended. */
  | { readonly type: 'idle'; readonly last?: EndedActivity }
  /** Requested, not yet accepted: from the click on. */
  | { readonly type: 'starting'; readonly runId: string }
  | { readonly type: 'active'; readonly runId: string }
  /** A cancel is on its way or was requested: "Stopping…". */
  | { readonly type: 'cancelling'; readonly runId: string }

export interface EndedActivity {
  readonly runId: string
  readonly outcome: Outcome
}

export type ActivityEvent =
  | { readonly type: 'start'; readonly runId: string }
  /** The server has answered the start. */
  | { readonly type: 'accepted'; readonly runId: string }
  | { readonly type: 'refused'; readonly runId: string }
  | { readonly type: 'cancel'; readonly runId: string }
  /** The cancel did not reach the server: the run continues. */
  | { readonly type: 'cancel-refused'; readonly runId: string }
  /** The log shows this run as the thread's live one. */
  | { readonly type: 'live'; readonly runId: string }
  /** The log shows that its cancel was requested, here or elsewhere. */
  | { readonly type: 'stopping'; readonly runId: string }
  /** The log shows that this run waits in the queue behind others. */
  | { readonly type: 'waits'; readonly runId: string }
  | { readonly type: 'ended'; readonly runId: string; readonly outcome: Outcome }
  /** The thread was deleted, or does not exist. */
  | { readonly type: 'gone' }

type StateType = Activity['type']
type EventType = ActivityEvent['type']
type StateOf<T extends StateType> = Extract<Activity, { type: T }>
type EventOf<T extends EventType> = Extract<ActivityEvent, { type: T }>
type Step<S extends StateType, E extends EventType> = (state: StateOf<S>, event: EventOf<E>) => Activity
type Table = { readonly [S in StateType]: { readonly [E in EventType]: Step<S, E> } }
type OfRun = { readonly runId: string }
type Running = Exclude<Activity, { type: 'idle' }>

export const QUIET: Activity = { type: 'idle' }

const stay = (state: Activity): Activity => state
const toQuiet = (): Activity => QUIET
const toIdle = (_: Activity, { runId, outcome }: EventOf<'ended'>): Activity => ({
  type: 'idle',
  last: { runId, outcome },
})
const toActive = (_: Activity, { runId }: OfRun): Activity => ({ type: 'active', runId })
const toCancelling = (_: Activity, { runId }: OfRun): Activity => ({ type: 'cancelling', runId })

/** Only if the event is about the present run. */
function own<E extends OfRun>(next: (state: Activity, event: E) => Activity) {
  return (state: Running, event: E): Activity => (state.runId === event.runId ? next(state, event) : state)
}

/** Unless the event repeats what is known. */
function other<E extends OfRun>(next: (state: Activity, event: E) => Activity) {
  return (state: Running, event: E): Activity => (state.runId === event.runId ? state : next(state, event))
}

const STAY = {
  start: stay,
  accepted: stay,
  refused: stay,
  cancel: stay,
  'cancel-refused': stay,
  live: stay,
  stopping: stay,
  waits: stay,
  ended: stay,
  gone: toQuiet,
}

/** What is not listed stays. */
const TABLE: Table = {
  idle: {
    // Answers to a start or a cancel that the person no longer waits for change nothing.
    ...STAY,
    start: (_, { runId }) => ({ type: 'starting', runId }),
    live: toActive,
    stopping: toCancelling,
    ended: toIdle,
  },
  starting: {
    // If another run is live while this one is on its way, the server says which one comes first.
    ...STAY,
    accepted: own(toActive),
    refused: own(toQuiet),
    // The composer is free at once; the request is sent all the same (S004-15).
    cancel: own(toQuiet),
    live: own(toActive),
    stopping: own(toCancelling),
    waits: own(toQuiet),
    ended: own(toIdle),
  },
  active: {
    ...STAY,
    cancel: own(toCancelling),
    live: other(toActive),
    stopping: toCancelling,
    waits: own(toQuiet),
    ended: own(toIdle),
  },
  cancelling: {
    // A cancel of a queued run is on its way all the same.
    ...STAY,
    'cancel-refused': own(toActive),
    live: other(toActive),
    stopping: other(toCancelling),
    ended: own(toIdle),
  },
}

export function nextActivity(state: Activity, event: ActivityEvent): Activity {
  return (TABLE[state.type][event.type] as (state: Activity, event: ActivityEvent) => Activity)(state, event)
}

/** Whether a new start has to wait. */
export function isBusy(activity: Activity): activity is Running {
  return activity.type !== 'idle'
}
