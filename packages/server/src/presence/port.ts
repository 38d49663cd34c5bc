/**
 * PORT Presence: which windows are open, and which thread is on whose screen now. Lossy and advisory: a report may be
 * late, lost or forgotten, and a window repeats it before its lease ends.
 *
 * It answers who is served first when there is not enough for all, and how a person learns of the end of a run. Looking
 * never owns: nothing here starts, delays or ends a run, and the end of a presence can never end a run (I5).
 */
import type { Attention, PresenceBody } from '@holdfast/core'
import type { Principal } from '../store/principal.ts'
import type { TenantThread } from '../store/tenant-thread.ts'

/** Milliseconds that a report of a window is valid. */
export const PRESENCE_LEASE_MS = 30_000

export interface Presence {
  /**
   * Replaces the previous report of this person's window. A hidden window, or one without a thread, is a window too. The caller has checked that the person may see the thread.
   */
  report(principal: Principal, presence: PresenceBody): void
  /** The highest attention that any device gives the thread, as far as is known now. Never throws, never waits. */
  attention(thread: TenantThread): Attention
  /** How many windows the person has open. Never throws, never waits; the same holds below. */
  windows(principal: Principal): number
  /** The ids of the people who have the thread in a focused window. */
  attending(thread: TenantThread): readonly string[]
}
