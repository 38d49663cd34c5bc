/**
 * Follows one thread: takes the snapshot if nothing is known, reads the log after it, and continues from the sink's
 * position whenever the connection is lost.
 *
 * Owns: what is handed on, and when a snapshot is needed. Does not know: the position (the sink has it), when to try
 * (`reconnect.ts`), what envelopes mean, who looks.
 *
 * Invariants:
 * - Every envelope is handed on once and in the order of the log (G3). Envelopes that `admit` does not accept, and those
 *   of other threads, are not handed on (G8).
 * - A thread is deleted if it says so itself: by the record of its deletion, or by 410 for its snapshot. A connection
 *   that ends with `deleted` is only a reason to ask for the snapshot.
 */
import { admit, type Envelope, type ProblemCode, sameKey, type ThreadKey, type ThreadSnapshot } from '@holdfast/core'
import type { Environment } from '../environment/port.ts'
import { problemOf, transportError } from '../transport/error.ts'
import type { DropReason, LogHandlers, RunTransport } from '../transport/port.ts'
import type { Backoff } from './backoff.ts'
import { type Attempt, createReconnect } from './reconnect.ts'
import { type ConnectionState, isConnected, type PauseReason } from './state.ts'

/** Problems that trying again does not solve. */
const PAUSES: Partial<Record<ProblemCode, PauseReason>> = { not_found: 'missing', deleted: 'deleted' }

export interface FollowerSink {
  /** The position up to which it has taken the log; undefined where it needs the snapshot first. */
  readonly seq: number | undefined
  /** The thread at `snapshot.seq`. Replaces everything known. */
  snapshot(snapshot: ThreadSnapshot): void
  /** The thread does not exist yet. If it is created, its log follows from the beginning. */
  missing(): void
  /** The next records: never empty, in order, without holes or repeats. */
  envelopes(batch: readonly Envelope[]): void
  changed(state: ConnectionState): void
  /** Data arrived that belongs to another thread, or that cannot be read. */
  dropped?(reason: DropReason, type?: string): void
}

/** Counts of envelopes that were not handed on, for diagnosis. */
export interface FollowCounters {
  duplicates: number
  gaps: number
  readonly dropped: Record<DropReason, number>
}

export interface Follower {
  readonly state: ConnectionState
  readonly counters: FollowCounters
  open(): void
  /** Detaches, which no run notices. `open` continues from the sink's position. */
  close(): void
  pause(reason: PauseReason): void
  resume(reason: PauseReason): void
  /** The thread is known to exist: an earlier answer that it does not is out of date. */
  found(): void
  /** Takes the snapshot again. What is known stays until it is there. */
  refresh(): void
  /** Tries at once instead of waiting for the backoff. */
  wake(): void
}

export interface FollowerOptions {
  readonly key: ThreadKey
  readonly transport: RunTransport
  readonly environment: Environment
  readonly sink: FollowerSink
  /** Shared by all followers on the same connection. */
  readonly backoff?: Backoff | undefined
}

export function createFollower({ key, transport, environment, sink, backoff }: FollowerOptions): Follower {
  const counters: FollowCounters = { duplicates: 0, gaps: 0, dropped: { malformed: 0, foreign: 0 } }
  /** Whether what the sink holds is no longer a beginning of the log. */
  let outdated = false
  /** Whether the last thing that the server said is that it has no such thread. */
  let missing = false

  const reconnect = createReconnect({ environment, backoff, attempt, failed, changed: (state) => sink.changed(state) })

  async function attempt(own: Attempt): Promise<void> {
    const from = (outdated ? undefined : sink.seq) ?? (await begin(own))
    if (!own.isMine()) return
    try {
      await transport.open({ type: 'log', key, after: from, handlers: handlers(own) }, own.signal)
    } catch (cause) {
      if (problemOf(transportError(cause))?.code !== 'deleted') throw cause
      // If the thread still exists, the next attempt reads its log from the snapshot on.
      await begin(own)
    }
  }

  /** Takes the thread's snapshot, and returns the position from which its log continues. */
  async function begin(own: Attempt): Promise<number> {
    const snapshot = await take(own)
    const from = snapshot?.seq ?? 0
    if (!own.isMine()) return from
    own.bytes()
    missing = !snapshot
    outdated = false
    if (snapshot) sink.snapshot(snapshot)
    else sink.missing()
    return from
  }

  /** Undefined for a thread that does not exist; its log then fails too, or waits until the thread is created. */
  async function take({ signal }: Attempt): Promise<ThreadSnapshot | undefined> {
    try {
      return await transport.ask('snapshot', [key], signal)
    } catch (cause) {
      if (problemOf(transportError(cause))?.code === 'not_found') return undefined
      throw cause
    }
  }

  function handlers(own: Attempt): LogHandlers {
    return {
      onOpen: own.opened,
      onCaughtUp: own.caughtUp,
      onEnvelopes: (batch) => own.isMine() && hear(batch),
      onBytes: own.bytes,
      onDropped: drop,
    }
  }

  function drop(reason: DropReason, type?: string): void {
    counters.dropped[reason] += 1
    sink.dropped?.(reason, type)
  }

  function hear(batch: readonly Envelope[]): void {
    const accepted: Envelope[] = []
    let seq = sink.seq ?? 0
    let gap = false
    for (const envelope of batch) {
      if (!sameKey(envelope, key)) {
        drop('foreign', envelope.event.type)
        continue
      }
      const admission = admit(seq, envelope.seq)
      if (admission === 'accepted') {
        accepted.push(envelope)
        seq = envelope.seq
      } else if (admission === 'duplicate') {
        counters.duplicates += 1
      } else {
        gap = true
        counters.gaps += 1
        break
      }
    }
    if (accepted.length > 0) {
      missing = false
      sink.envelopes(accepted)
    }
    if (gap) reconnect.lose()
  }

  function failed(cause: unknown): PauseReason | undefined {
    const error = transportError(cause)
    const code = problemOf(error)?.code
    // The log was trimmed, or has another history.
    if (code === 'cursor_gone' || code === 'cursor_ahead' || code === 'not_found') outdated = true
    return error.fault.type === 'unauthorized' ? 'unauthorized' : code && PAUSES[code]
  }

  function refresh(): void {
    outdated = true
    if (isConnected(reconnect.state)) reconnect.lose()
    reconnect.wake()
  }

  return {
    get state() {
      return reconnect.state
    },
    counters,
    open: reconnect.open,
    close: reconnect.close,
    pause: reconnect.pause,
    resume: reconnect.resume,
    found() {
      reconnect.resume('missing')
      // A live connection announces the thread by itself. An earlier request may not have seen it yet.
      if (!missing || !isConnected(reconnect.state) || reconnect.state.type === 'live') return
      outdated = true
      reconnect.pause('missing')
      reconnect.resume('missing')
    },
    refresh,
    wake: reconnect.wake,
  }
}
