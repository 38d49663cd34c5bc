/**
 * Drives one thread's connection: takes the snapshot where there is no cursor, reads the log after the cursor, and
 * keeps at it for as long as somebody wants it.
 *
 * Owns: the cursor, the one connection, back-off, the watchdog. Does not know: what envelopes mean, who looks.
 *
 * Invariants:
 * - Every envelope is handed on once and in the order of the log (G3): what `admit` does not accept is not handed on.
 * - Nothing but `close` or a pause ends the trying; no state of the connection ends a run (I5).
 * - Idle means no socket, no timer, no listener (I10).
 */
import {
  admit,
  backoffDelay,
  type Envelope,
  type ProblemCode,
  type ThreadKey,
  type ThreadSnapshot,
} from '@holdfast/core'
import type { Environment } from '../environment/port.ts'
import { problemOf, transportError } from '../transport/error.ts'
import type { DropReason, LogHandlers, RunTransport } from '../transport/port.ts'
import { type FeedEvent, type FeedState, IDLE, isConnected, type PauseReason, step } from './state.ts'

/** The server sends a heartbeat every 15 s; two missing ones and a margin. */
const SILENCE_MS = 40_000
/** A page that was asleep doubts its connection sooner: one missing heartbeat and a margin. */
const DOUBT_MS = 20_000
/** What a connection has to last to count as good, so that one that always breaks at once is not tried ever faster. */
const STEADY_MS = 5_000
/** A server on this machine is back within a second; one that is gone for long is not to be stormed. */
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000

/** Answers after which trying again alone does not help. */
const PAUSES: Partial<Record<ProblemCode, PauseReason>> = { not_found: 'missing', deleted: 'deleted' }

export interface FeedSink {
  /** The thread as it was at `snapshot.seq`: replaces everything known. */
  snapshot(snapshot: ThreadSnapshot): void
  /** What came after, never empty, in order, without holes or repeats. */
  envelopes(batch: readonly Envelope[]): void
  changed(state: FeedState): void
}

/** What came and was not handed on. Kept for diagnosis; nothing depends on it. */
export interface FeedCounters {
  duplicates: number
  gaps: number
  readonly dropped: Record<DropReason, number>
}

export interface Feed {
  readonly state: FeedState
  readonly counters: FeedCounters
  open(): void
  /** Detaches: no run notices. `open` continues from the same cursor. */
  close(): void
  pause(reason: PauseReason): void
  resume(reason: PauseReason): void
  /** Takes the thread anew: what is known stays until the snapshot is there. */
  refresh(): void
}

export interface FeedOptions {
  readonly key: ThreadKey
  readonly transport: RunTransport
  readonly environment: Environment
  readonly sink: FeedSink
}

export function createFeed({ key, transport, environment, sink }: FeedOptions): Feed {
  const { clock } = environment
  const counters: FeedCounters = { duplicates: 0, gaps: 0, dropped: { malformed: 0, foreign: 0 } }
  let state = IDLE
  let cursor: number | undefined
  let connection: AbortController | undefined
  let lastBytes = 0
  let undoWatchdog = () => {}
  let undoTimer = () => {}
  let unlisten: (() => void) | undefined

  function dispatch(event: FeedEvent): void {
    const before = state
    state = step(before, event)
    if (state === before) return
    if (state.type !== before.type) move(before)
    sink.changed(state)
  }

  function pauseMs(attempt: number): number {
    return backoffDelay({
      attempt: attempt - 1,
      baseMs: FIRST_PAUSE_MS,
      maxMs: LONGEST_PAUSE_MS,
      random: environment.random(),
    })
  }

  /** What leaving `before` and entering the present state means for socket, timers and listeners. */
  function move(before: FeedState): void {
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
        undoTimer = clock.schedule(STEADY_MS, () => dispatch({ type: 'steady' }))
        break
      case 'waiting':
        undoTimer = clock.schedule(pauseMs(state.attempt), () => dispatch({ type: 'due' }))
        break
      case 'catching-up':
      case 'paused':
        break
    }
  }

  function listen(): void {
    const wake = () => {
      if (environment.visibility.hidden || !environment.connectivity.online) return
      if (isConnected(state) && clock.now() - lastBytes > DOUBT_MS) dispatch({ type: 'lost' })
      dispatch({ type: 'wake' })
    }
    const undo = [environment.visibility.subscribe(wake), environment.connectivity.subscribe(wake)]
    unlisten = () => {
      for (const one of undo) one()
    }
  }

  function disconnect(): void {
    undoWatchdog()
    connection?.abort()
    connection = undefined
  }

  function watch(afterMs: number): void {
    undoWatchdog = clock.schedule(afterMs, () => {
      const silent = clock.now() - lastBytes
      if (silent >= SILENCE_MS) dispatch({ type: 'lost' })
      else watch(SILENCE_MS - silent)
    })
  }

  async function connect(): Promise<void> {
    const own = new AbortController()
    connection = own
    lastBytes = clock.now()
    watch(SILENCE_MS)
    const isMine = () => connection === own
    try {
      if (cursor === undefined) {
        const snapshot = await transport.snapshot(key, own.signal)
        if (!isMine()) return
        lastBytes = clock.now()
        cursor = snapshot.seq
        sink.snapshot(snapshot)
        if (!isMine()) return
      }
      await transport.openLog(key, cursor, handlers(isMine), own.signal)
      if (isMine()) dispatch({ type: 'lost' })
    } catch (cause) {
      if (isMine()) fail(cause)
    }
  }

  /** What is said by a connection that has been given up is not heard. */
  function handlers(isMine: () => boolean): LogHandlers {
    return {
      onOpen: () => isMine() && dispatch({ type: 'opened' }),
      onCaughtUp: () => isMine() && dispatch({ type: 'caught-up' }),
      onEnvelopes: (batch) => isMine() && take(batch),
      onBytes: () => {
        if (isMine()) lastBytes = clock.now()
      },
      onDropped: (reason) => {
        counters.dropped[reason] += 1
      },
    }
  }

  function take(batch: readonly Envelope[]): void {
    const accepted: Envelope[] = []
    let gap = false
    for (const envelope of batch) {
      const admission = admit(cursor ?? 0, envelope.seq)
      if (admission === 'accepted') {
        accepted.push(envelope)
        cursor = envelope.seq
      } else if (admission === 'duplicate') {
        counters.duplicates += 1
      } else {
        gap = true
        counters.gaps += 1
        break
      }
    }
    if (accepted.length > 0) sink.envelopes(accepted)
    if (gap) dispatch({ type: 'lost' })
  }

  function fail(cause: unknown): void {
    const error = transportError(cause)
    const code = problemOf(error)?.code
    // Trimmed, or of another history: what is known is no longer a beginning of the log. It is taken anew.
    if (code === 'cursor_gone' || code === 'cursor_ahead' || code === 'not_found') cursor = undefined
    const reason = error.fault.type === 'unauthorized' ? 'unauthorized' : code && PAUSES[code]
    dispatch(reason ? { type: 'pause', reason } : { type: 'lost' })
  }

  return {
    get state() {
      return state
    },
    counters,
    open: () => dispatch({ type: 'open' }),
    close: () => dispatch({ type: 'close' }),
    pause: (reason) => dispatch({ type: 'pause', reason }),
    resume: (reason) => dispatch({ type: 'resume', reason }),
    refresh() {
      cursor = undefined
      if (isConnected(state)) dispatch({ type: 'lost' })
      dispatch({ type: 'wake' })
    },
  }
}
