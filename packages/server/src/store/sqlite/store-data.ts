/**
 * All data of a store in one place: loads facts, stages and applies writes. `apply` is the adapter's half of what
 * `../decide/commit.ts` describes.
 *
 * Does not know: what may happen (the deciders), when a transaction begins and ends (`committer.ts`).
 */

import type { DatabaseSync } from 'node:sqlite'
import { answerOf, createFold, type InboxEntry, type ThreadKey, type ThreadView } from '@holdfast/core'
import { answeredAfter, framesOf, threadAfter } from '../decide/commit.ts'
import type { NoticesPut, PersonPut, RoomRow, WebhooksPut, Writes } from '../decide/facts.ts'
import { inboxOf, ownEntry, personEntry, roomEntry, type SharedEntry } from '../decide/inbox.ts'
import type { VapidKeys } from '../port.ts'
import type { Principal } from '../principal.ts'
import type { RunRecord } from '../run-record.ts'
import { roomOf, runOf, type TenantThread, threadOf } from '../tenant-thread.ts'
import { type Cancels, createCancels } from './cancels.ts'
import { createFolds, type Folds } from './folds.ts'
import { createInbox, type Inbox } from './inbox.ts'
import type { Told } from './messages.ts'
import { createNotices, type Notices } from './notices.ts'
import { createPersonLog, type PersonLog } from './person-log.ts'
import { createPersons, type Persons } from './persons.ts'
import { createRooms, type Rooms } from './rooms.ts'
import { createRuns, type Runs } from './runs.ts'
import { createSearch } from './search.ts'
import { type CommittedFrames, createThreadLog, type LogLimits, type ThreadLog } from './thread-log.ts'
import { createThreads, type Threads } from './threads.ts'
import { createTrims, type Trims } from './trims.ts'
import { createUnread, type Unread } from './unread.ts'
import { createWebhooks, type Webhooks } from './webhooks.ts'

export interface StoreData {
  readonly rooms: Rooms
  readonly threads: Threads
  readonly runs: Runs
  readonly cancels: Cancels
  readonly log: ThreadLog
  readonly folds: Folds
  readonly trims: Trims
  readonly inbox: Inbox
  readonly persons: Persons
  readonly personLog: PersonLog
  readonly unread: Unread
  readonly notices: Notices
  readonly webhooks: Webhooks
  /** How many times the open transaction has begun a change. */
  readonly changes: number
  /** The view of a thread that may not exist yet. */
  view(thread: number | undefined, key: ThreadKey): ThreadView
  /** The run with this id; a live one comes from memory. */
  run(no: number | undefined, thread: TenantThread, runId: string): RunRecord | undefined
  putRoom(room: RoomRow): void
  /** A room's inbox entry comes after the entries of its threads. */
  tellRoom(room: RoomRow, now: number): void
  /** A decision is made for one tenant: all its writes belong to `tenantId`. */
  apply(tenantId: string, writes: Writes, now: number): void
  applyOwn(put: PersonPut, now: number): void
  putNotices(put: NoticesPut): void
  putKeys(keys: VapidKeys): void
  putWebhooks(put: WebhooksPut): void
  /** Writes what is staged into the open transaction. */
  write(now: number): void
  /** The transaction is durable: returns what to publish. */
  committed(): Committed
  rolledBack(): void
}

export interface Committed extends CommittedFrames {
  readonly keys: ReadonlyMap<number, TenantThread>
  readonly told: readonly Told[]
  /** Tenants whose inbox has new entries. */
  readonly inboxes: ReadonlySet<string>
  /** People whose own log has new entries. */
  readonly persons: readonly Principal[]
}

export interface StoreDataOptions {
  readonly nextRow: number
  readonly limits: LogLimits
  readonly hotThreads: number
}

export function createStoreData(database: DatabaseSync, { nextRow, limits, hotThreads }: StoreDataOptions): StoreData {
  const rooms = createRooms(database)
  const threads = createThreads(database)
  const runs = createRuns(database)
  const cancels = createCancels(database)
  const log = createThreadLog(database, nextRow, limits)
  const trims = createTrims(database)
  const search = createSearch(database)
  const inbox = createInbox(database)
  const persons = createPersons(database)
  const personLog = createPersonLog(database)
  const unread = createUnread(database)
  const personNotices = createNotices(database)
  const webhooks = createWebhooks(database)
  const folds = createFolds(database, log, {
    capacity: hotThreads,
    quiet: () => runs.allLive().length === 0,
  })

  let changes = 0
  let keys = new Map<number, TenantThread>()
  let told: Told[] = []
  let inboxes = new Set<string>()
  let ownTold: Principal[] = []

  function forget(): void {
    changes = 0
    keys = new Map()
    told = []
    inboxes = new Set()
    ownTold = []
  }

  /** The notices that these writes raise and withdraw. `head`: the thread's last seq before them. */
  function notify(
    tenantId: string,
    thread: number,
    head: number,
    { run, own, log: records, raised = [] }: Writes,
  ): void {
    if (run) personNotices.know(run.owner)
    personNotices.raise(tenantId, thread, head + records.length, raised)
    for (const { personId, kind } of raised) told.push({ type: 'notice.raised', tenantId, personId, kind })
    if (!own) return
    personNotices.know({ tenantId, personId: own.personId })
    personNotices.read(thread, own.personId, own.put.readSeq ?? 0)
  }

  function tell(tenantId: string, entries: readonly SharedEntry[]): void {
    for (const entry of entries) inbox.append(tenantId, entry)
    inboxes.add(tenantId)
  }

  function tellPerson(person: Principal, entry: InboxEntry): void {
    personLog.append(person, inbox.begin(), entry)
    ownTold.push(person)
  }

  function numberOf(thread: TenantThread, put: Writes['thread']): number | undefined {
    const known = runs.live(thread)?.thread ?? threads.get(thread)?.no
    if (known !== undefined || !put) return known
    return threads.insert(thread.tenantId, put)
  }

  /** For a thread whose tail moves in a commit to which the thread adds nothing. */
  function keyOf(no: number): TenantThread | undefined {
    const thread = threads.byNo(no)
    return thread && threadOf(thread, thread.row)
  }

  return {
    rooms,
    threads,
    runs,
    cancels,
    log,
    folds,
    trims,
    inbox,
    persons,
    personLog,
    unread,
    notices: personNotices,
    webhooks,
    get changes() {
      return changes
    },
    view: (thread, key) => (thread === undefined ? createFold(key).view() : folds.view(thread, key)),
    run(no, thread, runId) {
      const live = runs.live(thread)
      if (live?.record.runId === runId) return live.record
      return no === undefined ? undefined : runs.get(no, runId)?.record
    },
    putRoom(room) {
      changes++
      rooms.put(room)
      personNotices.know({ tenantId: room.tenantId, personId: room.ownerId })
    },
    tellRoom(room, now) {
      changes++
      if (room.deletedAt !== undefined) {
        inbox.dropRoom(room)
        persons.dropRoom(room)
        personLog.dropRoom(room)
        webhooks.dropRoom(room)
        told.push({ type: 'room.deleted', ...roomOf(room, room.roomId) })
      }
      tell(room.tenantId, [roomEntry(room, now)])
    },

    apply(tenantId, writes, now) {
      changes++
      const { key, remember, forget: spent, pruneCancelsBefore, notices, run, thread: put } = writes
      const of = threadOf({ tenantId }, key)
      if (pruneCancelsBefore !== undefined) cancels.prune(of, pruneCancelsBefore)
      if (remember) cancels.put(tenantId, remember)
      if (spent !== undefined) cancels.delete(runOf(of, key, spent))

      const thread = numberOf(of, put)
      if (thread === undefined) return
      const head = log.head(thread)
      log.append(thread, framesOf(key, head, now, writes.log))
      keys.set(thread, of)
      if (writes.resolved) runs.resolve(thread, writes.resolved)
      if (run) runs.put(thread, run, { firstSeq: head + 1, lastSeq: head + writes.log.length })
      let viewed: ThreadView | undefined
      const view = () => (viewed ??= folds.view(thread, key))
      const row = put && threadAfter(put, view())
      const answered = answeredAfter(writes, head, view)
      if (row) threads.update(thread, row, answered)
      else if (answered.completedSeq !== undefined || answered.preview !== undefined) threads.answer(thread, answered)
      if (put && writes.titled) search.retitle(thread, put.title)
      if (writes.said) search.add(thread, writes.said)
      if (run && 'outcome' in run) {
        folds.checkpoint(thread, key)
        log.seal(thread)
        search.add(thread, answerOf(view(), run.runId))
      }
      notify(tenantId, thread, head, writes)
      if (run && 'outcome' in run && webhooks.raise(runOf(of, key, run.runId), run) > 0) {
        told.push({ type: 'webhook.due', ...roomOf(of, of.roomId) })
      }
      if (writes.own) persons.put(thread, writes.own.personId, writes.own.put)
      if (writes.drop) {
        for (const part of [log, folds, search, trims]) part.drop(thread)
        runs.drop(thread, of)
        cancels.drop(of)
        inbox.dropThread(of)
        persons.drop(thread)
        personLog.dropThread(of)
        personNotices.drop(thread)
        webhooks.dropThread(of)
      }
      const entries = inboxOf(writes, now, row, answered.completedSeq)
      if (entries.length > 0) tell(tenantId, entries)
      const entry = personEntry(writes, now)
      if (writes.own && entry) tellPerson({ tenantId, personId: writes.own.personId }, entry)
      for (const notice of notices) told.push({ ...notice, key: of })
    },
    applyOwn(change, now) {
      changes++
      const { person, put } = change
      if (put.type === 'room') persons.putRoom(roomOf(person, put.roomId), person.personId, put.own)
      else if (put.type === 'settings') persons.putSettings(person, put.settings)
      else {
        unread.read(person, put.roomId)
        personNotices.readAll(person, put.roomId)
      }
      tellPerson(person, ownEntry(change, now))
    },
    putNotices(put) {
      changes++
      const person = put.noticesOf
      personNotices.know(person)
      personNotices.put(put)
      const [claimed] = put.told === 'claimed' ? (put.notices ?? []) : []
      if (claimed) told.push({ type: 'notice.claimed', ...person, kind: claimed.kind })
    },
    putWebhooks({ webhooks: put }) {
      changes++
      webhooks.put(put)
      const { delivery } = put
      if (delivery?.attempts === 0) told.push({ type: 'webhook.due', ...roomOf(delivery, delivery.roomId) })
    },
    putKeys(keys) {
      changes++
      personNotices.putKeys(keys)
    },
    write(now) {
      folds.writeParked()
      log.write(now)
    },
    committed() {
      runs.committed()
      const committed = { ...log.committed(), keys, told, inboxes, persons: ownTold }
      for (const moved of committed.moved) {
        const key = keys.get(moved.thread) ?? keyOf(moved.thread)
        if (key && runs.live(key)) folds.grown(moved, key)
      }
      forget()
      return committed
    },
    rolledBack() {
      runs.rolledBack()
      log.rolledBack()
      folds.rolledBack()
      inbox.rolledBack()
      personNotices.rolledBack()
      forget()
    },
  }
}
