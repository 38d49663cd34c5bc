/**
 * Keeps one connection open for as long as it is wanted: one attempt at a time, and a backoff after each failure.
 *
 * Owns: the state, when the next attempt begins. Does not know: which state follows which (`state.ts`), what happens during
 * an attempt (`attempts.ts`), what is read, where it continues.
 *
 * Invariants:
 * - Only `close` or a pause ends the trying. A missing sign-in only slows it down, since nothing may announce that the
 *   person has signed in. No state of the connection ends a run (I5).
 * - Idle means no socket, no timer, no listener (I10).
 */
import type { Environment } from '../environment/port.ts'
import { undoAll } from '../observable/observable.ts'
import { type AttemptOptions, createAttempts } from './attempts.ts'
import { type Backoff, createBackoff } from './backoff.ts'
import { type ConnectionEvent, type ConnectionState, IDLE, isConnected, type PauseReason, step } from './state.ts'

/** How long a connection has to last to count as good. One that always breaks at once is not retried ever faster. */
const STEADY_MS = 5_000

export interface Reconnect {
  readonly state: ConnectionState
  open(): void
  close(): void
  pause(reason: PauseReason): void
  resume(reason: PauseReason): void
  /** Gives up the present attempt, if there is one. There is another one after the backoff. */
  lose(): void
  /** Tries at once instead of waiting for the backoff. */
  wake(): void
}

export interface ReconnectOptions extends AttemptOptions {
  readonly environment: Environment
  /** Shared by everything on the same connection. */
  readonly backoff?: Backoff | undefined
  changed(state: ConnectionState): void
}

export function createReconnect(options: ReconnectOptions): Reconnect {
  const { environment, backoff = createBackoff(environment) } = options
  const { clock } = environment
  const attempts = createAttempts(clock, options, dispatch)
  let state = IDLE
  /** In a row. */
  let refusals = 0
  let undoTimer = () => {}
  let unlisten = () => {}

  function dispatch(event: ConnectionEvent): void {
    const before = state
    state = step(before, event)
    if (state === before) return
    if (state.type !== before.type) move(before)
    options.changed(state)
  }

  /** What leaving `before` and entering the present state means for socket, timers and listeners. */
  function move(before: ConnectionState): void {
    undoTimer()
    if (isConnected(before) && !isConnected(state)) attempts.giveUp()
    if (before.type === 'idle') listen()
    switch (state.type) {
      case 'idle':
        unlisten()
        break
      case 'connecting':
        attempts.begin()
        break
      case 'live':
        refusals = 0
        undoTimer = clock.schedule(STEADY_MS, () => dispatch({ type: 'steady' }))
        break
      case 'waiting':
        undoTimer = backoff.wait(state.attempt, () => dispatch({ type: 'due' }))
        break
      case 'paused':
        if (awaitsSignIn(state)) undoTimer = backoff.wait(++refusals, goOn)
        break
      case 'catching-up':
        break
    }
  }

  /** The person may have signed in meanwhile. */
  function goOn(): void {
    if (awaitsSignIn(state)) dispatch({ type: 'resume', reason: 'unauthorized' })
  }

  function listen(): void {
    const wake = () => {
      if (environment.visibility.hidden || !environment.connectivity.online) return
      goOn()
      if (attempts.isDoubtful()) dispatch({ type: 'lost' })
      dispatch({ type: 'wake' })
    }
    unlisten = undoAll(environment.visibility.subscribe(wake), environment.connectivity.subscribe(wake))
  }

  return {
    get state() {
      return state
    },
    open: () => dispatch({ type: 'open' }),
    close: () => dispatch({ type: 'close' }),
    pause: (reason) => dispatch({ type: 'pause', reason }),
    resume: (reason) => dispatch({ type: 'resume', reason }),
    lose: () => dispatch({ type: 'lost' }),
    wake: () => dispatch({ type: 'wake' }),
  }
}

function awaitsSignIn(state: ConnectionState): boolean {
  return state.type === 'paused' && state.reasons.size === 1 && state.reasons.has('unauthorized')
}
