/**
 * Every decided call of the store: its subject, the facts that it needs first, and its decider. Both tables are total,
 * so an adapter that runs `transact` and has a loader for each fact supports all of them.
 *
 * Does not know: how facts are loaded, how writes are applied.
 */
import type { ThreadKey } from '@holdfast/core'
import { decideCancelRun, decideCancelThread } from '../decide/cancel.ts'
import { decideRoomChange, decideThreadChange } from '../decide/change.ts'
import { decideChangeQueue, decideEdit, decideQueue } from '../decide/change-queue.ts'
import { decideClaims } from '../decide/claim.ts'
import { decideRoomCreate, decideRoomGet, decideThreadCreate } from '../decide/create.ts'
import { decideRoomDelete, decideThreadDelete } from '../decide/delete.ts'
import { decideDue } from '../decide/due.ts'
import type { FactName, Facts, Known, Subject } from '../decide/facts.ts'
import { decideAppend, decideEnd, decideRenew } from '../decide/lease.ts'
import { decideRead, decideReadAll, decideReadRoom, decideUnread } from '../decide/marks.ts'
import { decideSettle } from '../decide/orphan.ts'
import { decideClaimNotice, decideRemoveNotices } from '../decide/person-notices.ts'
import { decideKeys, decidePush, decideSettlePush, decideSubscribe, decideUnsubscribe } from '../decide/push.ts'
import { decideQuestions } from '../decide/questions.ts'
import { decideSettings, decideSettingsPut } from '../decide/settings.ts'
import { decideStart } from '../decide/start.ts'
import type { Decision, Need, Step } from '../decide/step.ts'
import { decideSubagentCancel, decideSubagents } from '../decide/subagents.ts'
import { decideRetry, decideSettleDelivery, decideWebhookCreate, decideWebhookRemove } from '../decide/webhooks.ts'
import { decideWhoAnswers } from '../decide/who-answers.ts'
import type { Lease, Room } from '../port.ts'
import type { Principal } from '../principal.ts'
import { runOf } from '../tenant-thread.ts'
import type { AnswerOf, ArgsOf, DecidedReads, WritingCalls } from './calls.ts'

export interface Command<Args extends readonly unknown[], Answer, Next = Step<Answer>> {
  readonly subject: (...args: Args) => Subject
  readonly needs: readonly FactName[]
  readonly decide: (facts: Facts & { readonly now: number }, ...args: Args) => Next
}

type Read<Answer> = Pick<Decision<Answer>, 'answer'>

type Commands = { readonly [Call in keyof WritingCalls]: Command<ArgsOf<Call>, AnswerOf<Call>> }
type Queries = {
  readonly [Call in keyof DecidedReads]: Command<
    ArgsOf<Call>,
    AnswerOf<Call>,
    Read<AnswerOf<Call>> | Need<Read<AnswerOf<Call>>>
  >
}

export const COMMANDS: Commands = {
  'rooms.create': command(newRoom, ['room'], decideRoomCreate),
  'rooms.change': command(ownRoom, ['room', 'ownRoom'], decideRoomChange),
  'rooms.delete': command(room, ['room'], decideRoomDelete),
  'threads.create': command(ownThread, ['room', 'thread', 'lastSeq'], decideThreadCreate),
  'threads.change': command(ownThread, ['room', 'thread', 'lastSeq', 'own'], decideThreadChange),
  'threads.delete': command(thread, ['room', 'thread', 'current'], decideThreadDelete),
  'marks.read': command(ownThread, ['room', 'thread', 'lastSeq', 'own'], decideRead),
  'marks.unread': command(ownThread, ['room', 'thread', 'lastSeq', 'own'], decideUnread),
  'marks.readRoom': command(ownRoom, ['room'], decideReadRoom),
  'marks.readAll': command(person, ['activity'], decideReadAll),
  'settings.put': command(person, ['settings'], decideSettingsPut),
  'runs.start': command(newRun, ['room', 'thread', 'run', 'cancel'], decideStart),
  'runs.cancelRun': command(run, ['room', 'thread', 'run'], decideCancelRun),
  'runs.cancelThread': command(thread, ['room', 'thread', 'current'], decideCancelThread),
  'runs.edit': command(run, ['room', 'thread', 'run'], decideEdit),
  'runs.changeQueue': command(thread, ['room', 'thread'], decideChangeQueue),
  'subagents.cancel': command(thread, ['room', 'thread', 'current'], decideSubagentCancel),
  'notices.claim': command(ownNotice, ['notice'], decideClaimNotice),
  'notices.remove': command(person, [], decideRemoveNotices),
  'push.keys': command(store, ['vapid'], decideKeys),
  'push.subscribe': command(person, [], decideSubscribe),
  'push.unsubscribe': command(person, ['subscriptions'], decideUnsubscribe),
  'push.next': command(person, ['waitingNotices', 'settings', 'subscriptions'], decidePush),
  'push.settle': command(person, ['waitingNotices'], decideSettlePush),
  'webhooks.create': command(room, ['room', 'webhooks'], decideWebhookCreate),
  'webhooks.remove': command(room, ['room'], decideWebhookRemove),
  'webhooks.retry': command(ofDelivery, ['room'], decideRetry),
  'webhooks.settle': command(delivery, ['delivery'], decideSettleDelivery),
  'work.claim': command(store, ['live', 'waiting'], decideClaims),
  'work.append': command(leased, ['held'], decideAppend),
  'work.end': command(leased, ['held', 'thread'], decideEnd),
  'work.renew': command(store, [], (_, ...args: ArgsOf<'work.renew'>) => decideRenew(...args)),
  'work.settleOrphans': command(store, ['live'], decideSettle),
  'work.settleDue': command(store, ['due'], decideDue),
}

export const QUERIES: Queries = {
  'rooms.get': command(ownRoom, ['room', 'ownRoom'], decideRoomGet),
  'settings.get': command(person, ['settings'], decideSettings),
  'runs.whoAnswers': command(newRun, ['room', 'thread', 'run'], decideWhoAnswers),
  'runs.questions': command(thread, ['room', 'thread'], decideQuestions),
  'runs.queue': command(thread, ['room', 'thread'], decideQueue),
  'subagents.list': command(thread, ['room', 'thread'], decideSubagents),
}

/** A decider gets only the facts that are declared here. */
function command<
  Of extends (...args: never[]) => Subject,
  Names extends FactName,
  Args extends readonly unknown[],
  Next,
>(
  subject: Of,
  needs: readonly Names[],
  decide: (facts: Known<NoInfer<Names>>, ...args: Args) => Next,
): { readonly subject: Of; readonly needs: readonly FactName[]; readonly decide: typeof decide } {
  return { subject, needs, decide }
}

const STORE: Subject = { tenantId: '', roomId: '', threadId: '', runId: '' }
function store(): Subject {
  return STORE
}
function room({ tenantId }: Principal, roomId: string): Subject {
  return { tenantId, roomId, threadId: '', runId: '' }
}
/** Adds the person, for facts that differ by person. The same holds for the functions below that name one. */
function ownRoom(principal: Principal, roomId: string): Subject {
  return { ...room(principal, roomId), personId: principal.personId }
}
function newRoom(principal: Principal, { roomId }: Room): Subject {
  return ownRoom(principal, roomId)
}
function person(principal: Principal): Subject {
  return ownRoom(principal, '')
}
function delivery(deliveryId: string): Subject {
  return { ...STORE, deliveryId }
}
function ofDelivery(principal: Principal, { roomId }: { readonly roomId: string }, deliveryId: string): Subject {
  return { ...room(principal, roomId), deliveryId }
}
function ownNotice(principal: Principal, noticeId: string): Subject {
  return { ...person(principal), noticeId }
}
function thread(principal: Principal, key: ThreadKey): Subject {
  return runOf(principal, key, '')
}
function ownThread(principal: Principal, key: ThreadKey): Subject {
  return { ...thread(principal, key), personId: principal.personId }
}
function run(principal: Principal, key: ThreadKey, runId: string): Subject {
  return runOf(principal, key, runId)
}
function newRun(principal: Principal, key: ThreadKey, { runId }: { readonly runId: string }): Subject {
  return runOf(principal, key, runId)
}
function leased(lease: Lease): Subject {
  return lease
}
