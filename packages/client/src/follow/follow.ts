/**
 * Follows one thread: takes what the device has if nothing is known, else the snapshot, reads the log after it, and
 * continues from the sink's position whenever the connection is lost.
 *
 * Owns: what is handed on, and when a snapshot is needed. Does not know: the position (the sink has it), which
 * envelopes continue it (`admission.ts`), when to try (`reconnect.ts`), what envelopes mean, who looks.
 *
 * Invariants:
 * - Every envelope is handed on once and in the order of the log (G3). Envelopes that `admit` does not accept, and those
 *   of other threads, are not handed on (G8).
 * - A thread is deleted if it says so itself: by the record of its deletion, or by 410 for its snapshot. A connection
 *   that ends with `deleted` is only a reason to ask for the snapshot.
 */
import type { Envelope, ProblemCode, ThreadKey, ThreadSnapshot } from '@holdfast/core'
import type { Environment } from '../environment/port.ts'
import { problemOf, transportError } from '../transport/error.ts'
import type { DropReason, RunTransport } from '../transport/port.ts'
import { admitBatch } from './admission.ts'
import type { Attempt } from './attempts.ts'
import type { Backoff } from './backoff.ts'
import type { FollowCounters, FollowerSink } from './port.ts'
import { createReconnect, type Reconnect } from './reconnect.ts'
import { isConnected, type PauseReason } from './state.ts'

/** Problems that trying again does not solve. */
const PAUSES: Partial<Record<ProblemCode, PauseReason>> = { not_found: 'missing', deleted: 'deleted' }

/** `close` detaches, which no run notices; `open` continues from the sink's position. */
export interface Follower extends Omit<Reconnect, 'lose'> {
  readonly counters: FollowCounters
  /** The thread is known to exist: an earlier answer that it does not is out of date. */
  found(): void
  /** Takes the snapshot again. What is known stays until it is there. */
  refresh(): void
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
    if (sink.recall && !outdated && sink.seq === undefined) await sink.recall()
    if (own.signal.aborted) return
    const from = (outdated ? undefined : sink.seq) ?? (await begin(own))
    if (own.signal.aborted) return
    const handlers = {
      onOpen: own.opened,
      onCaughtUp: own.caughtUp,
      onEnvelopes: (batch: readonly Envelope[]) => own.signal.aborted || hear(batch),
      onBytes: own.bytes,
      onDropped: drop,
    }
    try {
      await transport.open({ type: 'log', key, after: from, handlers }, own.signal)
    } catch (cause) {
      if (problemOf(transportError(cause))?.code !== 'deleted') throw cause
      // If the thread still exists, the next attempt reads its log from the snapshot on.
      await begin(own)
    }
  }

  /** Takes the thread's snapshot, and returns the position from which its log continues. */
  async function begin(own: Attempt): Promise<number> {
    const snapshot = await askSnapshot(transport, key, own.signal)
    const from = snapshot?.seq ?? 0
    if (own.signal.aborted) return from
    own.bytes()
    missing = !snapshot
    outdated = false
    if (snapshot) sink.snapshot(snapshot)
    else sink.missing()
    return from
  }

  function drop(reason: DropReason, type?: string): void {
    counters.dropped[reason] += 1
    sink.dropped?.(reason, type)
  }

  function hear(batch: readonly Envelope[]): void {
    const { accepted, gap } = admitBatch(key, sink.seq ?? 0, batch, counters, drop)
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
    if (code === 'cursor_gone' || code === 'cursor_ahead' || code === 'not_found') {
      outdated = true
      sink.outdated?.()
    }
    return error.fault.type === 'unauthorized' ? 'unauthorized' : code && PAUSES[code]
  }

  return Object.assign(reconnect, {
    counters,
    found() {
      reconnect.resume('missing')
      // A live connection announces the thread by itself. An earlier request may not have seen it yet.
      if (!missing || !isConnected(reconnect.state) || reconnect.state.type === 'live') return
      outdated = true
      reconnect.pause('missing')
      reconnect.resume('missing')
    },
    refresh() {
      outdated = true
      reconnect.lose()
      reconnect.wake()
    },
  })
}

/** Undefined for a thread that does not exist; its log then fails too, or waits until the thread is created. */
async function askSnapshot(
  transport: RunTransport,
  key: ThreadKey,
  signal: AbortSignal,
): Promise<ThreadSnapshot | undefined> {
  try {
    return await transport.ask('snapshot', [key], signal)
  } catch (cause) {
    if (problemOf(transportError(cause))?.code === 'not_found') return undefined
    throw cause
  }
}
