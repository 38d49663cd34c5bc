/**
 * The rows of a memory store, and how one decision's writes are applied to them. Owns: threads with their logs and
 * folds, runs, remembered cancels. Does not know: who may see what, what is decided (`../decide`).
 *
 * Invariant: everything here is synchronous, so all calls between two awaits form one transaction.
 */
import {
  answerOf,
  createFold,
  type Envelope,
  emptyView,
  envelopeJson,
  type InboxEntry,
  type ThreadFold,
  type ThreadView,
  termsOf,
} from '@holdfast/core'
import { answeredAfter, framesOf, noticesOf, spanAfter, threadAfter } from '../decide/commit.ts'
import type {
  Answered,
  NoticesPut,
  PersonPut,
  PersonThread,
  RememberedCancel,
  RoomRow,
  ThreadPut,
  ThreadRow,
  WebhooksPut,
  Writes,
} from '../decide/facts.ts'
import { inboxOf, ownEntry, personEntry, roomEntry } from '../decide/inbox.ts'
import { afterRead, markOf } from '../decide/unread.ts'
import type { Notice, Publish, RunSpan } from '../port.ts'
import type { Principal } from '../principal.ts'
import type { RunRecord } from '../run-record.ts'
import {
  roomName,
  roomOf,
  runName,
  runOf,
  type TenantRoom,
  type TenantRun,
  type TenantThread,
  threadName,
  threadOf,
} from '../tenant-thread.ts'
import { createMemoryInbox, type MemoryInbox } from './memory-inbox.ts'
import { createMemoryNotices, type MemoryNotices } from './memory-notices.ts'
import { createMemoryPersons, type MemoryPersons } from './memory-persons.ts'
import { createMemoryWebhooks, type MemoryWebhooks } from './memory-webhooks.ts'

export interface MemoryRun {
  /** The order of acceptance in the whole store. */
  readonly no: number
  readonly record: RunRecord
  readonly span: RunSpan
}

export interface MemoryThread {
  readonly tenantId: string
  row: ThreadRow
  /** The record with seq n is at index n - 1 - trimmed. */
  readonly frames: Uint8Array[]
  /** How many records were trimmed. */
  trimmed: number
  /** May lag behind the log; `viewOf` brings it up to the head. */
  readonly fold: ThreadFold
  /** In the order of acceptance. */
  readonly runs: Map<string, MemoryRun>
  /** What the thread is to each person, by personId. */
  readonly own: Map<string, PersonThread>
  /** Searchable texts, each as a list of its words. */
  readonly said: (readonly string[])[]
}

export interface MemoryData {
  rooms(): RoomRow[]
  room(of: TenantRoom): RoomRow | undefined
  readonly inbox: MemoryInbox
  readonly persons: MemoryPersons
  readonly notices: MemoryNotices
  readonly webhooks: MemoryWebhooks
  putRoom(room: RoomRow): void
  /** A room's inbox entry comes after the entries of its threads. */
  tellRoom(room: RoomRow, now: number): void
  thread(of: TenantThread): MemoryThread | undefined
  /** Without deleted threads. */
  threadsOf(room: TenantRoom): MemoryThread[]
  threads(): MemoryThread[]
  /** The threads of the room, or of every room, that are unread for the person. */
  unreadOf(person: Principal, roomId?: string): MemoryThread[]
  run(of: TenantRun): RunRecord | undefined
  viewOf(of: TenantThread): ThreadView
  /** Oldest first. */
  queued(): TenantRun[]
  /** Running and cancelling. */
  live(): TenantRun[]
  cancel(of: TenantRun): RememberedCancel | undefined
  cancelsOf(room: TenantRoom): readonly RememberedCancel[]
  /** A decision is made for one tenant: all its writes belong to `tenantId`. */
  apply(tenantId: string, writes: Writes, now: number): void
  applyOwn(put: PersonPut, now: number): void
  putNotices(put: NoticesPut): void
  /** The log begins behind this position. */
  trim(of: TenantThread, upTo: number): void
  putWebhooks(put: WebhooksPut): void
  /** Publishes what was applied, once for a whole decision: a subscriber must not act on half of one. */
  tell(): void
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export function createMemoryData(publish: Publish): MemoryData {
  const rooms = new Map<string, RoomRow>()
  const threads = new Map<string, MemoryThread>()
  const queued = new Map<string, TenantRun>()
  let lastRun = 0
  const live = new Map<string, TenantRun>()
  const cancels = new Map<string, RememberedCancel & TenantRun>()
  const inbox = createMemoryInbox()
  const persons = createMemoryPersons()
  const personNotices = createMemoryNotices()
  const webhooks = createMemoryWebhooks()
  const untold: Notice[] = []
  let telling = false

  const isIn = ({ tenantId, roomId }: TenantRoom, other: TenantRoom) =>
    other.tenantId === tenantId && other.roomId === roomId
  const cancelsOf = (room: TenantRoom) => [...cancels.values()].filter((cancel) => isIn(room, cancel))

  function catchUp({ fold, frames, trimmed }: MemoryThread): ThreadView {
    const next = () => frames[fold.seq() - trimmed]
    for (let bytes = next(); bytes; bytes = next()) {
      fold.apply(JSON.parse(envelopeJson(decoder.decode(bytes))) as Envelope)
    }
    return fold.view()
  }

  function threadFor(of: TenantThread, put: ThreadPut): MemoryThread {
    const name = threadName(of)
    const held = threads.get(name)
    if (held) return held
    const thread = emptyThread(of.tenantId, { ...threadAfter(put, emptyView(put)), completedSeq: 0 })
    threads.set(name, thread)
    return thread
  }

  function putRun(thread: MemoryThread, record: RunRecord, appended: RunSpan & { readonly lastSeq: number }): void {
    const { runId } = record
    const run = runOf(thread, record, runId)
    const before = thread.runs.get(runId)
    thread.runs.set(runId, { no: before?.no ?? ++lastRun, record, span: spanAfter(before?.span, record, appended) })
    const name = runName(run)
    queued.delete(name)
    live.delete(name)
    if (record.status === 'queued') queued.set(name, run)
    if (record.status === 'running' || record.status === 'cancelling') live.set(name, run)
  }

  function resolve({ runs }: MemoryThread, { runId, how }: NonNullable<Writes['resolved']>): void {
    const run = runs.get(runId)
    if (run && 'outcome' in run.record) runs.set(runId, { ...run, record: { ...run.record, resolved: how } })
  }

  function rememberAndForget(of: TenantThread, { remember, forget, pruneCancelsBefore }: Writes): void {
    if (pruneCancelsBefore !== undefined) {
      for (const cancel of cancelsOf(of)) if (cancel.at < pruneCancelsBefore) cancels.delete(runName(cancel))
    }
    if (remember) {
      const run = runOf(of, remember, remember.runId)
      cancels.set(runName(run), { ...remember, ...run })
    }
    if (forget !== undefined) cancels.delete(runName(runOf(of, of, forget)))
  }

  function drop(of: TenantThread, { row, runs }: MemoryThread): void {
    for (const runId of runs.keys()) {
      const name = runName(runOf(of, of, runId))
      queued.delete(name)
      live.delete(name)
    }
    for (const cancel of cancelsOf(of)) if (cancel.threadId === of.threadId) cancels.delete(runName(cancel))
    threads.set(threadName(of), emptyThread(of.tenantId, row))
    inbox.dropThread(of)
    persons.dropThread(of)
    personNotices.drop(of)
    webhooks.dropThread(of)
  }

  /** The notices that these writes raise and withdraw. `seq`: the position of their last record. */
  function notify(of: TenantThread, seq: number, { run, own, raised = [] }: Writes): void {
    const { tenantId } = of
    if (run) personNotices.know(run.owner)
    personNotices.raise(of, seq, raised)
    for (const { personId, kind } of raised) untold.push({ type: 'notice.raised', tenantId, personId, kind })
    if (!own) return
    personNotices.know({ tenantId, personId: own.personId })
    personNotices.read(of, own.personId, own.put.readSeq ?? 0)
  }

  function tellPerson(person: Principal, entry: InboxEntry): void {
    persons.append(person, entry)
    untold.push({ type: 'inbox.more', ...person })
  }

  function unreadOf(person: Principal, roomId: string | undefined): MemoryThread[] {
    return [...threads.values()].filter(
      ({ tenantId, row, own }) =>
        tenantId === person.tenantId &&
        (roomId === undefined || row.roomId === roomId) &&
        !row.deleted &&
        markOf(row, own.get(person.personId)).unread,
    )
  }

  return {
    rooms: () => [...rooms.values()],
    room: (of) => rooms.get(roomName(of)),
    inbox,
    persons,
    notices: personNotices,
    webhooks,
    putRoom(room) {
      rooms.set(roomName(room), room)
      personNotices.know({ tenantId: room.tenantId, personId: room.ownerId })
    },
    tellRoom(room, now) {
      const { tenantId } = room
      const deleted = room.deletedAt !== undefined
      if (deleted) {
        inbox.dropRoom(room)
        persons.dropRoom(room)
        webhooks.dropRoom(room)
      }
      inbox.append(tenantId, [roomEntry(room, now)])
      untold.push({ type: 'inbox.more', tenantId })
      if (deleted) untold.push({ type: 'room.deleted', ...roomOf(room, room.roomId) })
    },
    thread: (of) => threads.get(threadName(of)),
    unreadOf,
    threadsOf: (room) =>
      [...threads.values()].filter(({ tenantId, row }) => isIn(room, { tenantId, roomId: row.roomId }) && !row.deleted),
    threads: () => [...threads.values()],
    run: (of) => threads.get(threadName(of))?.runs.get(of.runId)?.record,
    viewOf(of) {
      const thread = threads.get(threadName(of))
      return thread ? catchUp(thread) : createFold({ roomId: of.roomId, threadId: of.threadId }).view()
    },
    queued: () => [...queued.values()],
    live: () => [...live.values()],
    cancel: (of) => cancels.get(runName(of)),
    cancelsOf,
    apply(tenantId, writes, now) {
      const of = threadOf({ tenantId }, writes.key)
      rememberAndForget(of, writes)
      const thread = writes.thread ? threadFor(of, writes.thread) : threads.get(threadName(of))
      if (!thread) return
      const head = headOf(thread)
      const frames = framesOf(writes.key, head, now, writes.log).map((text) => encoder.encode(text))
      thread.frames.push(...frames)
      if (writes.run) putRun(thread, writes.run, { firstSeq: head + 1, lastSeq: head + frames.length })
      if (writes.resolved) resolve(thread, writes.resolved)
      const answered = answeredAfter(writes, head, () => catchUp(thread))
      if (writes.thread) {
        const kept = writes.thread.deleted ? { completedSeq: 0 } : answeredOf(thread.row)
        thread.row = { ...threadAfter(writes.thread, catchUp(thread)), ...kept }
      }
      if (writes.thread || writes.run || writes.completedSeq !== undefined) thread.row = { ...thread.row, ...answered }
      if (writes.said) thread.said.push(termsOf(writes.said))
      if (writes.run && 'outcome' in writes.run) thread.said.push(termsOf(answerOf(catchUp(thread), writes.run.runId)))
      notify(of, head + frames.length, writes)
      if (writes.run && 'outcome' in writes.run) {
        const count = webhooks.raise(runOf(of, of, writes.run.runId), writes.run)
        if (count > 0) untold.push({ type: 'webhook.due', ...roomOf(of, of.roomId) })
      }
      if (writes.own) thread.own.set(writes.own.personId, writes.own.put)
      if (writes.drop) drop(of, thread)
      const entries = inboxOf(writes, now, writes.thread && thread.row, answered.completedSeq)
      inbox.append(tenantId, entries)
      if (entries.length > 0) untold.push({ type: 'inbox.more', tenantId })
      const entry = personEntry(writes, now)
      if (writes.own && entry) tellPerson({ tenantId, personId: writes.own.personId }, entry)
      untold.push(...noticesOf(of, writes, head, Buffer.concat(frames)))
    },
    applyOwn(change, now) {
      const { person, put } = change
      if (put.type === 'room') persons.putRoom(person, put.roomId, put.own)
      else if (put.type === 'settings') persons.putSettings(person, put.settings)
      else {
        for (const thread of unreadOf(person, put.roomId)) readWhole(thread, person)
        personNotices.readAll(person, put.roomId)
      }
      tellPerson(person, ownEntry(change, now))
    },
    putNotices(put) {
      const person = put.noticesOf
      personNotices.know(person)
      personNotices.put(put)
      const [claimed] = put.told === 'claimed' ? (put.notices ?? []) : []
      if (claimed) untold.push({ type: 'notice.claimed', ...person, kind: claimed.kind })
    },
    trim(of, upTo) {
      const thread = threads.get(threadName(of))
      if (!thread) return
      catchUp(thread)
      thread.frames.splice(0, upTo - thread.trimmed)
      thread.trimmed = upTo
    },
    putWebhooks({ webhooks: put }) {
      webhooks.put(put)
      const { delivery } = put
      if (delivery?.attempts === 0) untold.push({ type: 'webhook.due', ...roomOf(delivery, delivery.roomId) })
    },
    tell() {
      // A subscriber may write at once. Its notices follow the ones that are being published.
      if (telling) return
      telling = true
      try {
        for (let notice = untold.shift(); notice; notice = untold.shift()) publish(notice)
      } finally {
        telling = false
      }
    },
  }
}

function answeredOf({ completedSeq, preview }: ThreadRow): Answered {
  return { completedSeq, ...(preview !== undefined && { preview }) }
}

/** Up to its newest completed run; its log may go on already. */
function readWhole({ row: { completedSeq }, own }: MemoryThread, { personId }: Principal): void {
  const { markedUnread: _, ...held } = own.get(personId) ?? {}
  own.set(personId, afterRead(held, completedSeq, completedSeq))
}

/** The last position of its log; 0 without a thread. */
export function headOf(thread: Pick<MemoryThread, 'frames' | 'trimmed'> | undefined): number {
  return thread ? thread.trimmed + thread.frames.length : 0
}

function emptyThread(tenantId: string, row: ThreadRow): MemoryThread {
  const { roomId, threadId } = row
  return {
    tenantId,
    row,
    frames: [],
    trimmed: 0,
    fold: createFold({ roomId, threadId }),
    runs: new Map(),
    own: new Map(),
    said: [],
  }
}
