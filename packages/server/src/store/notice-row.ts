/** Rows about notices, as deciders and adapters exchange them. */
import type { NotificationSettings, ThreadKey } from '@holdfast/core'

export type NoticeKind = 'finished' | 'failed' | 'needs_you'

/**
 * - `open` the first claim gets it
 * - `claimed` one device shows it
 * - `sending` it goes out as a push, and no claim gets it any more
 * - `pushed` it was sent, or no push service took it: one of them may have shown it all the same
 * - `expired` nobody was there to show it, and it is not pushed; the first claim still gets it
 * - `withdrawn` the person has read what it is about
 */
export type NoticeState = 'open' | 'claimed' | 'sending' | 'pushed' | 'expired' | 'withdrawn'

export interface NoticeRow extends ThreadKey {
  readonly noticeId: string
  readonly runId: string
  readonly kind: NoticeKind
  /** The position of the run's `run.ended`. */
  readonly seq: number
  readonly at: number
  readonly state: NoticeState
  /** The device, if it is claimed. */
  readonly claimedBy?: string
}

/** A notice to put. The adapter knows its position: that of the last record of the same writes. */
export interface RaisedNotice {
  readonly personId: string
  readonly noticeId: string
  readonly runId: string
  readonly kind: NoticeKind
  readonly at: number
}

/** Somebody who may see the thread, with what they want to hear about it. */
export interface Listener {
  readonly personId: string
  /** Until when they have muted the thread and its room, in milliseconds since the epoch. */
  readonly mutedUntil: { readonly thread?: number; readonly room?: number }
  readonly settings: NotificationSettings
}
