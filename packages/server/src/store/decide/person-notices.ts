/**
 * The notices of people: who gets one when a run ends, who may show it, when it is over. Pure.
 *
 * A notice is raised in the transaction of the run's end. Its first claim wins, for good. A read mark at or past its run
 * withdraws it, in the transaction of the mark. What becomes of one that nobody claims is in `push.ts`.
 */
import { createHash } from 'node:crypto'
import { isSilenced, kindOf, type NoticeInfo, type Outcome, raisesUnread } from '@holdfast/core'
import type { Listener, NoticeKind, NoticeRow, RaisedNotice } from '../notice-row.ts'
import type { ClaimNoticeAnswer } from '../notice-store.ts'
import type { Principal } from '../principal.ts'
import type { TenantRun } from '../tenant-thread.ts'
import type { Known, ThreadRow } from './facts.ts'
import type { Decision } from './step.ts'
import { iso } from './to-run.ts'
import { NOT_FOUND } from './visible.ts'

/** The number of notices of one person that are kept, the newest ones. */
export const MAX_NOTICES = 100

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

function isSilencedFor({ mutedUntil, settings }: Omit<Listener, 'personId'>, kind: NoticeKind, now: number): boolean {
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
