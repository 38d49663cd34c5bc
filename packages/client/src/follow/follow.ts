/**
 * Follows one thread: takes the snapshot where there is no cursor, reads the log after the cursor, and goes on from
 * there whenever the connection is lost.
 *
 * Owns: the cursor, what is handed on. Does not know: when to try (`reconnect.ts`), what envelopes mean, who looks.
 *
 * Invariants:
 * - Every envelope is handed on once and in the order of the log (G3): what `admit` does not accept is not handed on,
 *   nor what is another thread's (G8).
 * - Deleted is what the thread itself says: the record of its deletion, or 410 for its snapshot. A connection that ends
 *   with that word is only a reason to ask the thread.
 */
import { admit, type Envelope, type ProblemCode, sameKey, type ThreadKey, type ThreadSnapshot } from '@holdfast/core'
import type { Environment } from '../environment/port.ts'
import { problemOf, transportError } from '../transport/error.ts'
import type { DropReason, LogHandlers, RunTransport } from '../transport/port.ts'
import type { Backoff } from './backoff.ts'
import { type Attempt, createReconnect } from './reconnect.ts'
import { type ConnectionState, isConnected, type PauseReason } from './state.ts'

/** Answers after which trying again alone does not help. */
const PAUSES: Partial<Record<ProblemCode, PauseReason>> = { not_found: 'missing', deleted: 'deleted' }

export interface FollowerSink {
  /** The thread as it was at `snapshot.seq`: replaces everything known. */
  snapshot(snapshot: ThreadSnapshot): void
  /** The server has no such thread yet: should it be made, what follows is its log from the beginning. */
  missing(): void
  /** What came after, never empty, in order, without holes or repeats. */
  envelopes(batch: readonly Envelope[]): void
  changed(state: ConnectionState): void
  /** Something came that was not this thread's, or nothing that can be read. */
  dropped?(reason: DropReason, type?: string): void
}

/** What came and was not handed on. Kept for diagnosis; nothing depends on it. */
export interface FollowCounters {
  duplicates: number
  gaps: number
  readonly dropped: Record<DropReason, number>
}

export interface Follower {
  readonly state: ConnectionState
  readonly counters: FollowCounters
  open(): void
  /** Detaches: no run notices. `open` continues from the same cursor. */
  close(): void
  pause(reason: PauseReason): void
  resume(reason: PauseReason): void
  /** The server is known to have this thread: what it said before of its absence holds no more. */
  found(): void
  /** Takes the thread anew: what is known stays until the snapshot is there. */
  refresh(): void
  /** Does not wait for the pause between two attempts to be over. */
  wake(): void
}

export interface FollowerOptions {
  readonly key: ThreadKey
  readonly transport: RunTransport
  readonly environment: Environment
  readonly sink: FollowerSink
  /** Shared with those who use the same connection. */
  readonly backoff?: Backoff | undefined
}

export function createFollower({ key, transport, environment, sink, backoff }: FollowerOptions): Follower {
  const counters: FollowCounters = { duplicates: 0, gaps: 0, dropped: { malformed: 0, foreign: 0 } }
  let cursor: number | undefined
  /** Whether the server has said that it has no such thread, and nothing else since. */
  let missing = false

  const reconnect = createReconnect({ environment, backoff, attempt, failed, changed: (state) => sink.changed(state) })

  async function attempt(own: Attempt): Promise<void> {
    const from = cursor ?? (await begin(own))
    if (!own.isMine()) return
    try {
      await transport.open({ type: 'log', key, after: from, handlers: handlers(own) }, own.signal)
    } catch (cause) {
      if (problemOf(transportError(cause))?.code !== 'deleted') throw cause
      // The thread itself is asked: if it is still there, its log is read from the snapshot on with the next attempt.
      await begin(own)
    }
  }

  /** Takes the thread anew, and gives the position from which its log goes on. */
  async function begin(own: Attempt): Promise<number> {
    const snapshot = await take(own)
    const from = snapshot?.seq ?? 0
    if (!own.isMine()) return from
    own.bytes()
    missing = !snapshot
    cursor = from
    if (snapshot) sink.snapshot(snapshot)
    else sink.missing()
    return from
  }

  /** Undefined where there is no such thread: its log says so too, or lasts until there is one. */
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
    let gap = false
    for (const envelope of batch) {
      if (!sameKey(envelope, key)) {
        drop('foreign', envelope.event.type)
        continue
      }
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
    if (accepted.length > 0) {
      missing = false
      sink.envelopes(accepted)
    }
    if (gap) reconnect.lose()
  }

  function failed(cause: unknown): PauseReason | undefined {
    const error = transportError(cause)
    const code = problemOf(error)?.code
    // Trimmed, or of another history: what is known is no longer a beginning of the log. It is taken anew.
    if (code === 'cursor_gone' || code === 'cursor_ahead' || code === 'not_found') cursor = undefined
    return error.fault.type === 'unauthorized' ? 'unauthorized' : code && PAUSES[code]
  }

  function refresh(): void {
    cursor = undefined
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
      // One that is live says by itself that the thread is there. What was asked before may not have seen it yet.
      if (!missing || !isConnected(reconnect.state) || reconnect.state.type === 'live') return
      cursor = undefined
      reconnect.pause('missing')
      reconnect.resume('missing')
    },
    refresh,
    wake: reconnect.wake,
  }
}
