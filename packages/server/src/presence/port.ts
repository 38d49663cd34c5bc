/**
 * PORT Presence: which thread is on whose screen now. Lossy and advisory: a report may be late, lost or forgotten, and
 * whoever shows something says so again before its lease is over.
 *
 * It answers one question, who goes first where there is not enough for all. Looking never owns: nothing here begins,
 * holds up or ends a run, and no end of a presence is a path to the end of a run (I5).
 */
import type { Attention, PresenceBody, ThreadKey } from '@holdfast/core'
import type { Principal } from '../store/principal.ts'

/** How long a device shows what it said it shows. */
export const PRESENCE_LEASE_MS = 30_000

export interface Presence {
  /** Takes the place of what the same device of this person said before. Whoever reports may see the thread. */
  report(principal: Principal, presence: PresenceBody): void
  /** By whoever is looked at most, out of what is known here at this moment. Never throws, never waits. */
  attention(key: ThreadKey): Attention
}
