/**
 * The notices of people: who is told of the end of a run, who may show it, when it is over. Pure.
 *
 * A notice is raised in the transaction of the run's end. Its first claim wins, for good. A read mark at or past its run
 * withdraws it, in the transaction of the mark. What becomes of one that nobody claims is in `push.ts`.
 */
import { createHash } from 'node:crypto'
import {
  isSilenced,
  kindOf,
  type NoticeInfo,
  type NotificationSettings,
  type Outcome,
  raisesUnread,
  type ThreadKey,
} from '@holdfast/core'
import type { ClaimNoticeAnswer } from '../notice-store.ts'
import type { Principal } from '../principal.ts'
import type { TenantRun } from '../tenant-thread.ts'
import type { Known, ThreadRow } from './facts.ts'
import type { Decision } from './step.ts'
import { iso } from './to-run.ts'
import { NOT_FOUND } from './visible.ts'

/** The number of notices of one person that are kept, the newest ones. */
export const MAX_NOTICES = 100

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

/** One end of a run is one notice for a person, so its id follows from theirs. It says nothing about them. */
export function noticeIdOf({ personId }: Pick<Principal, 'personId'>, run: TenantRun): string {
  const name = JSON.stringify([run.tenantId, personId, run.roomId, run.threadId, run.runId])
  return createHash('sha256').update(name).digest('base64url').slice(0, 22)
}

export interface EndOfRun {
  readonly run: TenantRun
  readonly outcome: Outcome
  /** The people who have the thread in front of them now. */
  readonly attendedBy: readonly string[]
  readonly now: number
}

/** `audience`: everybody whom the tenant knows and who may see the thread. */
export function raisedBy(
  { run, outcome, attendedBy, now }: EndOfRun,
  audience: readonly Listener[],
): readonly RaisedNotice[] {
  const kind = kindOf(outcome.type)
  if (kind === undefined || kind === 'stopped' || !raisesUnread(outcome.type)) return []
  return audience
    .filter((listener) => !attendedBy.includes(listener.personId) && !isSilencedFor(listener, kind, now))
    .map(({ personId }) => ({ personId, noticeId: noticeIdOf({ personId }, run), runId: run.runId, kind, at: now }))
}

export function isSilencedFor(
  { mutedUntil, settings }: Omit<Listener, 'personId'>,
  kind: NoticeKind,
  now: number,
): boolean {
  return isSilenced(kind, { settings, muted: isMuted(mutedUntil, now) })
}

export function isMuted({ thread = 0, room = 0 }: Listener['mutedUntil'], now: number): boolean {
  return Math.max(thread, room) > now
}

export function decideClaimNotice(
  { notice }: Known<'notice'>,
  noticesOf: Principal,
  _noticeId: string,
  deviceId: string,
): Decision<ClaimNoticeAnswer> {
  if (!notice) return { answer: NOT_FOUND }
  const { row, thread } = notice
  const won = (claimed: NoticeRow): ClaimNoticeAnswer => ({ type: 'notice', notice: toNoticeInfo(claimed, thread) })
  switch (row.state) {
    case 'open':
    case 'expired': {
      const claimed: NoticeRow = { ...row, state: 'claimed', claimedBy: deviceId }
      return { answer: won(claimed), writes: { noticesOf, notices: [claimed], told: 'claimed' } }
    }
    case 'claimed':
      return { answer: row.claimedBy === deviceId ? won(row) : { type: 'claimed' } }
    case 'sending':
    case 'pushed':
      return { answer: { type: 'claimed' } }
    case 'withdrawn':
      return { answer: { type: 'withdrawn' } }
  }
}

/** `all`: every notice of the person. An open one that is removed rings nowhere. */
export function decideRemoveNotices(
  _facts: Known<never>,
  noticesOf: Principal,
  which: { readonly noticeId: string } | 'all',
): Decision<void> {
  return { answer: undefined, writes: { noticesOf, removed: which === 'all' ? 'all' : [which.noticeId] } }
}

export function toNoticeInfo(row: NoticeRow, { title, preview }: Pick<ThreadRow, 'title' | 'preview'>): NoticeInfo {
  const { noticeId, kind, roomId, threadId, runId, at, state } = row
  const about = { noticeId, kind, roomId, threadId, runId, title, ...(preview !== undefined && { preview }) }
  return { ...about, at: iso(at), read: state === 'withdrawn' }
}
