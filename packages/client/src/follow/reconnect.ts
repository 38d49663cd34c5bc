/**
 * Keeps one connection open for as long as it is wanted: one attempt at a time, a backoff after each failure, and a
 * watchdog for silence.
 *
 * Owns: the one attempt, the watchdog, the state. Does not know: what is read, where it continues.
 *
 * Invariants:
 * - Only `close` or a pause ends the trying. A missing sign-in only slows it down, since nothing may announce that the
 *   person has signed in. No state of the connection ends a run (I5).
 * - An attempt that was given up is not heard any more.
 * - Idle means no socket, no timer, no listener (I10).
 */
import type { Environment } from '../environment/port.ts'
import { undoAll } from '../observable/observable.ts'
import { type TransportError, transportError } from '../transport/error.ts'
import { type Backoff, createBackoff } from './backoff.ts'
import { type ConnectionEvent, type ConnectionState, IDLE, isConnected, type PauseReason, step } from './state.ts'

/** The server sends a heartbeat every 15 s: two missing ones and a margin. */
const SILENCE_MS = 40_000
/** After a sleep, a page distrusts its connection sooner: one missing heartbeat and a margin. */
const DOUBT_MS = 20_000
/** How long a connection has to last to count as good. One that always breaks at once is not retried ever faster. */
const STEADY_MS = 5_000

/** What an attempt reports. */
export interface Attempt {
  readonly signal: AbortSignal
  /** False once it has been given up. */
  isMine(): boolean
  opened(): void
  caughtUp(): void
  /** Data arrived. */
  bytes(): void
}

export interface Reconnect {
  readonly state: ConnectionState
  open(): void
  close(): void
  pause(reason: PauseReason): void
  resume(reason: PauseReason): void
  /** Gives up the present attempt. There is another one after the backoff. */
  lose(): void
  /** Tries at once instead of waiting for the backoff. */
  wake(): void
}

export interface ReconnectOptions {
  readonly environment: Environment
  /** Shared by everything on the same connection. */
  readonly backoff?: Backoff | undefined
  /** One attempt. Resolves when it has ended in order. */
  attempt(attempt: Attempt): Promise<void>
  /** Why an attempt failed: a reason not to try again. */
  failed(cause: unknown): PauseReason | undefined
  changed(state: ConnectionState): void
}

export function createReconnect({ environment, attempt, failed, changed, ...options }: ReconnectOptions): Reconnect {
  const { clock } = environment
  const backoff = options.backoff ?? createBackoff(environment)
  let state = IDLE
  let connection: AbortController | undefined
  let lastBytes = 0
  /** In a row. */
  let refusals = 0
  let undoWatchdog = () => {}
  let undoTimer = () => {}
  let unlisten: (() => void) | undefined

  function dispatch(event: ConnectionEvent): void {
    const before = state
    state = step(before, event)
    if (state === before) return
    if (state.type !== before.type) move(before)
    changed(state)
  }

  /** What leaving `before` and entering the present state means for socket, timers and listeners. */
  function move(before: ConnectionState): void {
    undoTimer()
    if (isConnected(before) && !isConnected(state)) disconnect()
    if (before.type === 'idle') listen()
    switch (state.type) {
      case 'idle':
        unlisten?.()
        unlisten = undefined
        break
      case 'connecting':
        void connect()
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
      if (isConnected(state) && clock.now() - lastBytes > DOUBT_MS) dispatch({ type: 'lost' })
      dispatch({ type: 'wake' })
    }
    unlisten = undoAll(environment.visibility.subscribe(wake), environment.connectivity.subscribe(wake))
  }

  function disconnect(): void {
    undoWatchdog()
    connection?.abort()
    connection = undefined
  }

  function watch(afterMs: number): void {
    undoWatchdog = clock.schedule(afterMs, () => {
      const silent = clock.now() - lastBytes
      // After the clock was set back, the time since is unknown.
      if (silent < 0) lastBytes = clock.now()
      if (silent >= SILENCE_MS) dispatch({ type: 'lost' })
      else watch(Math.min(SILENCE_MS, SILENCE_MS - silent))
    })
  }

  async function connect(): Promise<void> {
    const own = new AbortController()
    connection = own
    lastBytes = clock.now()
    watch(SILENCE_MS)
    const isMine = () => connection === own
    try {
      await attempt({
        signal: own.signal,
        isMine,
        opened: () => isMine() && dispatch({ type: 'opened' }),
        caughtUp: () => isMine() && dispatch({ type: 'caught-up' }),
        bytes: () => {
          if (isMine()) lastBytes = clock.now()
        },
      })
      if (isMine()) dispatch({ type: 'lost' })
    } catch (cause) {
      if (!isMine()) return
      const reason = failed(cause)
      dispatch(reason ? { type: 'pause', reason } : { type: 'lost', ...saying(transportError(cause)) })
    }
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

/** That nothing answers is said by its waiting, and a cursor that does not fit is followed by the snapshot. */
function saying(error: TransportError): { readonly error?: TransportError } {
  const { fault } = error
  const tells = fault.type === 'problem' ? !fault.problem.code.includes('cursor') : fault.type === 'protocol'
  return tells ? { error } : {}
}
