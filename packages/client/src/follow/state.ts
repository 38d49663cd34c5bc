/**
 * The connection of one thread as a state machine: pure, total. A connection's state says nothing about any run:
 * silence is never completion.
 *
 * Owns: which state follows which event. Does not know: time, sockets, what envelopes mean (`reconnect.ts` drives it).
 */

import type { TransportError } from '../transport/error.ts'

/**
 * Why a connection is not tried: trying alone would not help.
 *
 * - `missing` the thread does not exist yet; a start creates it
 * - `unauthorized` the person has to sign in
 * - `deleted` the thread is deleted for good
 */
export type PauseReason = 'missing' | 'unauthorized' | 'deleted'

interface Attempted {
  /** Counts the connections that failed in a row. */
  readonly attempt: number
  /** Why the last one failed, if the server said something: a refusal, or an answer that cannot be read. */
  readonly error?: TransportError
}

export type ConnectionState =
  | { readonly type: 'idle' }
  | ({ readonly type: 'connecting' } & Attempted)
  | { readonly type: 'catching-up'; readonly attempt: number }
  | { readonly type: 'live'; readonly attempt: number }
  | ({ readonly type: 'waiting' } & Attempted)
  | { readonly type: 'paused'; readonly reasons: ReadonlySet<PauseReason> }

export type ConnectionEvent =
  /** The log is wanted. */
  | { readonly type: 'open' }
  /** It is not wanted any more. */
  | { readonly type: 'close' }
  /** The server answers. */
  | { readonly type: 'opened' }
  /** History is complete. */
  | { readonly type: 'caught-up' }
  /** It has been live for long enough to count as good. */
  | { readonly type: 'steady' }
  /** The connection ended, broke, fell silent, or skipped records. */
  | { readonly type: 'lost'; readonly error?: TransportError }
  /** The back-off is over. */
  | { readonly type: 'due' }
  /** The network is back, or the page is visible again: worth trying at once. */
  | { readonly type: 'wake' }
  | { readonly type: 'pause'; readonly reason: PauseReason }
  | { readonly type: 'resume'; readonly reason: PauseReason }

type StateType = ConnectionState['type']
type EventType = ConnectionEvent['type']
type StateOf<T extends StateType> = Extract<ConnectionState, { type: T }>
type EventOf<T extends EventType> = Extract<ConnectionEvent, { type: T }>
type Step<S extends StateType, E extends EventType> = (state: StateOf<S>, event: EventOf<E>) => ConnectionState
type Table = { readonly [S in StateType]: { readonly [E in EventType]: Step<S, E> } }

export const IDLE: ConnectionState = { type: 'idle' }

const stay = (state: ConnectionState): ConnectionState => state
const toIdle = (): ConnectionState => IDLE
const toPaused = (_: ConnectionState, event: EventOf<'pause'>): ConnectionState => ({
  type: 'paused',
  reasons: new Set([event.reason]),
})
const toWaiting = ({ attempt }: Attempted, { error }: EventOf<'lost'>): ConnectionState => ({
  type: 'waiting',
  attempt: attempt + 1,
  ...(error && { error }),
})
const toConnecting = (state: StateOf<'waiting'>): ConnectionState => ({ ...state, type: 'connecting' })

const STAY = {
  open: stay,
  close: toIdle,
  opened: stay,
  'caught-up': stay,
  steady: stay,
  lost: stay,
  due: stay,
  wake: stay,
  pause: toPaused,
  resume: stay,
}

/** What is not listed stays, except that `close` and `pause` hold in every state. */
const TABLE: Table = {
  idle: { ...STAY, open: () => ({ type: 'connecting', attempt: 0 }), close: stay, pause: stay },
  connecting: { ...STAY, opened: ({ attempt }) => ({ type: 'catching-up', attempt }), lost: toWaiting },
  'catching-up': { ...STAY, 'caught-up': ({ attempt }) => ({ type: 'live', attempt }), lost: toWaiting },
  live: { ...STAY, steady: () => ({ type: 'live', attempt: 0 }), lost: toWaiting },
  waiting: { ...STAY, due: toConnecting, wake: toConnecting },
  paused: {
    ...STAY,
    pause: ({ reasons }, { reason }) => ({ type: 'paused', reasons: new Set([...reasons, reason]) }),
    resume: (state, { reason }) => {
      if (!state.reasons.has(reason)) return state
      const reasons = new Set([...state.reasons].filter((other) => other !== reason))
      return reasons.size > 0 ? { type: 'paused', reasons } : { type: 'connecting', attempt: 0 }
    },
  },
}

export function step(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  return (TABLE[state.type][event.type] as (state: ConnectionState, event: ConnectionEvent) => ConnectionState)(
    state,
    event,
  )
}

/** Whether a connection is open or being opened in this state. */
export function isConnected(state: ConnectionState): boolean {
  return state.type === 'connecting' || state.type === 'catching-up' || state.type === 'live'
}
