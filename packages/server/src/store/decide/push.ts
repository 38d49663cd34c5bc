/**
 * When notices that nobody has claimed are sent as a push, and what is sent. Pure.
 *
 * Invariants:
 * - A notice is sent once at most, but for a crash between the decision and its answer, which may repeat that one push.
 * - What falls together is one push of one device.
 */
import { DEFAULT_NOTIFICATION_SETTINGS, ringFor } from '@holdfast/core'
import type { NoticeKind, NoticeRow } from '../notice-row.ts'
import type { NextPush, PushSubscriptionRow, VapidKeys } from '../notice-store.ts'
import type { Principal } from '../principal.ts'
import type { Known, WaitingNotice } from './facts.ts'
import { isMuted } from './person-notices.ts'
import type { Decision } from './step.ts'

/** How long windows have to claim a notice. */
export const CLAIM_MS = 5_000
/** How long a notice waits for others that are raised soon after it, so that they are one push. */
const COLLAPSE_MS = 15_000
/**
 * Windows that are open this long without a claim have decided not to show it. Longer than a presence lasts, so a window
 * that was closed meanwhile is not among them.
 */
const DECLINED_MS = 90_000
/** The number of subscriptions that a person may have. */
export const MAX_SUBSCRIPTIONS = 20

/** Most urgent first. */
const URGENCY: readonly NoticeKind[] = ['needs_you', 'failed', 'finished']

type PushFacts = Known<'waitingNotices' | 'settings' | 'subscriptions'>

export function decidePush(facts: PushFacts, noticesOf: Principal, windows: number): Decision<NextPush> {
  const { now, waitingNotices, subscriptions } = facts
  const sending = waitingNotices.filter(({ row }) => row.state === 'sending').map(({ row }) => row)
  if (sending.length > 0) {
    if (subscriptions.length > 0) return { answer: batchOf(sending, subscriptions) }
    return { answer: { type: 'later', inMs: 0 }, writes: { noticesOf, notices: inState(sending, 'pushed') } }
  }
  const ready = waitingNotices.filter(({ row }) => row.at + CLAIM_MS <= now)
  const wait = waitMs(facts, windows, ready)
  if (wait !== undefined) return { answer: wait }
  if (windows > 0) {
    const declined = ready.map(({ row }) => row).filter(({ at }) => at + DECLINED_MS <= now)
    return { answer: { type: 'later', inMs: CLAIM_MS }, writes: { noticesOf, notices: inState(declined, 'expired') } }
  }
  const { loud, quiet } = split(facts, ready)
  const expired = inState(quiet, 'expired')
  if (loud.length === 0) return { answer: { type: 'later', inMs: 0 }, writes: { noticesOf, notices: expired } }
  const sent = inState(loud, 'sending')
  return { answer: batchOf(sent, subscriptions), writes: { noticesOf, notices: [...expired, ...sent] } }
}

/** Undefined: something is to be decided now. */
function waitMs(
  { now, waitingNotices }: PushFacts,
  windows: number,
  ready: readonly WaitingNotice[],
): Exclude<NextPush, { readonly type: 'push' }> | undefined {
  const [oldest] = waitingNotices
  const newest = waitingNotices.at(-1)
  if (!oldest || !newest) return { type: 'none' }
  const first = oldest.row.at
  if (ready.length === 0) return { type: 'later', inMs: first + CLAIM_MS - now }
  if (windows > 0) return first + DECLINED_MS > now ? { type: 'later', inMs: CLAIM_MS } : undefined
  const together = Math.min(newest.row.at + CLAIM_MS, first + COLLAPSE_MS)
  return together > now ? { type: 'later', inMs: together - now } : undefined
}

function split(
  { now, settings = DEFAULT_NOTIFICATION_SETTINGS, subscriptions }: PushFacts,
  ready: readonly WaitingNotice[],
) {
  const isLoud = ({ row, mutedUntil }: WaitingNotice) =>
    subscriptions.length > 0 &&
    ringFor(row.kind, 'no-window', { settings, muted: isMuted(mutedUntil, now), now }) === 'push'
  const [loud, quiet] = [ready.filter(isLoud), ready.filter((notice) => !isLoud(notice))]
  return { loud: loud.map(({ row }) => row), quiet: quiet.map(({ row }) => row) }
}

export function decideSettlePush({ waitingNotices }: Known<'waitingNotices'>, noticesOf: Principal): Decision<void> {
  const sending = waitingNotices.filter(({ row }) => row.state === 'sending').map(({ row }) => row)
  if (sending.length === 0) return { answer: undefined }
  return { answer: undefined, writes: { noticesOf, notices: inState(sending, 'pushed') } }
}

export function decideKeys({ vapid }: Known<'vapid'>, minted: VapidKeys): Decision<VapidKeys> {
  return vapid ? { answer: vapid } : { answer: minted, writes: { vapid: minted } }
}

export function decideSubscribe(
  { now }: Known<never>,
  noticesOf: Principal,
  subscription: Omit<PushSubscriptionRow, 'at'>,
): Decision<void> {
  return { answer: undefined, writes: { noticesOf, subscribe: { ...subscription, at: now } } }
}

export function decideUnsubscribe(
  { subscriptions }: Known<'subscriptions'>,
  noticesOf: Principal,
  which: Partial<Pick<PushSubscriptionRow, 'deviceId' | 'endpoint'>>,
): Decision<void> {
  const gone = subscriptions
    .filter(({ deviceId, endpoint }) => deviceId === which.deviceId || endpoint === which.endpoint)
    .map(({ endpoint }) => endpoint)
  return gone.length === 0 ? { answer: undefined } : { answer: undefined, writes: { noticesOf, unsubscribe: gone } }
}

function inState(rows: readonly NoticeRow[], state: NoticeRow['state']): readonly NoticeRow[] {
  return rows.map((row) => ({ ...row, state }))
}

/** Of equally urgent notices the newest leads. */
function batchOf(rows: readonly NoticeRow[], subscriptions: readonly PushSubscriptionRow[]): NextPush {
  const [lead] = rows.toReversed().sort((a, b) => URGENCY.indexOf(a.kind) - URGENCY.indexOf(b.kind))
  if (!lead) return { type: 'none' }
  const { noticeId, kind, roomId, threadId } = lead
  return { type: 'push', lead: { noticeId, kind, roomId, threadId }, count: rows.length, subscriptions }
}
