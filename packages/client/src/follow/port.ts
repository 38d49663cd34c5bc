/**
 * What a follower hands on: its records, its state, and its counts.
 *
 * Owns: the shapes. Does not know: how the log is followed.
 */
import type { Envelope, ThreadSnapshot } from '@holdfast/core'
import type { DropReason } from '../transport/port.ts'
import type { ConnectionState } from './state.ts'

export interface FollowerSink {
  /** The position up to which it has taken the log; undefined where it needs the snapshot first. */
  readonly seq: number | undefined
  /** Nothing is known: takes what the device has of it, if anything, before the snapshot is asked for. Never rejects. */
  recall?(): Promise<void>
  /** The server does not have this position, or not the thread. What is known stays until the snapshot is there. */
  outdated?(): void
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
