/**
 * A notice: one thing to tell the person, as this window learns of it from the inbox.
 *
 * Owns: which entry is a notice. Does not know: how a notice is shown, who shows it.
 */
import { type InboxFrame, kindOf, type NoticeKind, raisesUnread, type ThreadKey } from '@holdfast/core'

export interface Notice extends ThreadKey {
  /** The server's id; or one that every window of every device makes of the run's address in the same way. */
  readonly id: string
  readonly kind: NoticeKind
  readonly runId: string
  /** Where the run ended. A read mark at or past it withdraws the notice. Absent: the server keeps no read marks. */
  readonly seq?: number
  /**
   * `server`: it gives the notice to one device of all. `profile`: the server raises none for it, so only the windows of
   * one browser profile agree on who shows it.
   */
  readonly scope: 'server' | 'profile'
}

/** Whether the server raises notices. Where it does, an end of a run without one is not to be shown. */
export type Capability = 'raises-notices' | 'raises-none'

/** Undefined: nothing to tell. */
export function noticeIn(entry: InboxFrame, capability: Capability): Notice | undefined {
  if (entry.type !== 'RunCompleted') return undefined
  const { roomId, threadId, runId, outcome, noticeId, completedSeq, unread } = entry
  const kind = kindOf(outcome.type)
  if (kind === undefined) return undefined
  const isNews = raisesUnread(outcome.type)
  const head = { roomId, threadId, runId, kind, ...(isNews && completedSeq !== undefined && { seq: completedSeq }) }
  if (noticeId !== undefined) return { ...head, id: noticeId, scope: 'server' }
  // What was read before this window learnt of it is nothing new.
  if (isNews && (capability === 'raises-notices' || unread === false)) return undefined
  return { ...head, id: localNoticeId({ roomId, threadId }, runId), scope: 'profile' }
}

export function localNoticeId({ roomId, threadId }: ThreadKey, runId: string): string {
  return `${roomId}/${threadId}/${runId}`
}
