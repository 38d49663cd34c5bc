/**
 * Whether a thread has something that the person has not seen. A comparison of two positions in the thread's log, and a
 * mark that the person set by hand. Nothing else makes a thread unread.
 */
import type { OutcomeType } from '../lifecycle/outcome.ts'

export interface ReadMarks {
  /** The seq of the `run.ended` of the newest run whose end is news. 0: none yet, so there is nothing to read. */
  readonly completedSeq: number
  /** Up to where the person has read. */
  readonly readSeq: number
  /** The person marked it as unread, and has not read up to the head of that moment since. */
  readonly markedUnread?: boolean
}

export function isUnread({ completedSeq, readSeq, markedUnread = false }: ReadMarks): boolean {
  return markedUnread || completedSeq > readSeq
}

/** What an end of a run is to a person who was away. */
export type NoticeKind = 'finished' | 'failed' | 'needs_you' | 'stopped'

export const NOTICE_KINDS = ['finished', 'failed', 'needs_you', 'stopped'] as const satisfies readonly NoticeKind[]

const KINDS: Readonly<Record<OutcomeType, NoticeKind | undefined>> = {
  succeeded: 'finished',
  failed: 'failed',
  interrupted: 'needs_you',
  cancelled: 'stopped',
  superseded: undefined,
}

/** Undefined: it is no news, because the person asked for something else in its place. */
export function kindOf(outcome: OutcomeType): NoticeKind | undefined {
  return KINDS[outcome]
}

const RAISES_UNREAD: Readonly<Record<OutcomeType, boolean>> = {
  succeeded: true,
  failed: true,
  interrupted: true,
  cancelled: false,
  superseded: false,
}

/** Whether this end makes its thread unread, and raises a notice. A person has asked for the other ends. */
export function raisesUnread(outcome: OutcomeType): boolean {
  return RAISES_UNREAD[outcome]
}
