/**
 * The rows of a memory store, and how one decision's writes are applied to them. Owns: threads with their logs and
 * folds, runs, remembered cancels. Does not know: who may see what, what is decided (`../decide`).
 *
 * Invariant: everything here is synchronous, so whatever happens between two awaits is one transaction.
 */
import {
  createFold,
  type Envelope,
  emptyView,
  envelopeJson,
  keyString,
  type ThreadFold,
  type ThreadKey,
  type ThreadView,
} from '@holdfast/core'
import { framesOf, noticesOf, spanAfter, threadAfter } from '../decide/commit.ts'
import type { RememberedCancel, RoomRow, ThreadPut, ThreadRow, Writes } from '../decide/facts.ts'
import { inboxOf, roomEntry } from '../decide/inbox.ts'
import { answerOf, termsOf } from '../decide/search.ts'
import type { Notice, Publish, RunSpan } from '../port.ts'
import type { RunRecord } from '../run-record.ts'
import { createMemoryInbox, type MemoryInbox } from './memory-inbox.ts'

export interface MemoryRun {
  /** The order of acceptance, in the whole store. */
  readonly no: number
  readonly record: RunRecord
  readonly span: RunSpan
}

export interface MemoryThread {
  row: ThreadRow
  /** The record with seq n is at n - 1. */
  readonly frames: Uint8Array[]
  /** Runs behind the log between two looks; `viewOf` brings it up to the head. */
  readonly fold: ThreadFold
  /** In the order of acceptance. */
  readonly runs: Map<string, MemoryRun>
  /** What was said and may be searched for, each text by its words. */
  readonly said: (readonly string[])[]
}

export interface RunAddress extends ThreadKey {
  readonly runId: string
}

export interface MemoryData {
  readonly rooms: ReadonlyMap<string, RoomRow>
  readonly inbox: MemoryInbox
  putRoom(room: RoomRow): void
  /** What became of a room is told behind what became of its threads. */
  tellRoom(room: RoomRow, now: number): void
  thread(key: ThreadKey): MemoryThread | undefined
  /** But for those that were deleted. */
  threadsOf(roomId: string): MemoryThread[]
  threads(): MemoryThread[]
  run(address: RunAddress): RunRecord | undefined
  viewOf(key: ThreadKey): ThreadView
  /** Oldest first. */
  queued(): RunAddress[]
  /** Running and cancelling. */
  live(): RunAddress[]
  cancel(address: RunAddress): RememberedCancel | undefined
  cancelsOf(roomId: string): readonly RememberedCancel[]
  apply(writes: Writes | undefined, now: number): void
  /** Publishes what was applied. Once for a whole decision: whoever hears of half of it might act on the half. */
  tell(): void
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export function createMemoryData(publish: Publish): MemoryData {
  const rooms = new Map<string, RoomRow>()
  const threads = new Map<string, MemoryThread>()
  const queued = new Map<string, RunAddress>()
  let lastRun = 0
  const live = new Map<string, RunAddress>()
  const cancels = new Map<string, RememberedCancel>()
  const inbox = createMemoryInbox()
  const untold: Notice[] = []
  let telling = false

  const tenantOf = ({ roomId }: ThreadKey) => rooms.get(roomId)?.tenantId ?? ''
  const cancelsOf = (roomId: string) => [...cancels.values()].filter((cancel) => cancel.roomId === roomId)

  function catchUp({ fold, frames }: MemoryThread): ThreadView {
    for (let bytes = frames[fold.seq()]; bytes; bytes = frames[fold.seq()]) {
      fold.apply(JSON.parse(envelopeJson(decoder.decode(bytes))) as Envelope)
    }
    return fold.view()
  }

  function threadFor(put: ThreadPut): MemoryThread {
    const id = keyString(put)
    const held = threads.get(id)
    if (held) return held
    const thread = emptyThread(threadAfter(put, emptyView(put)))
    threads.set(id, thread)
    return thread
  }

  function putRun(thread: MemoryThread, record: RunRecord, appended: RunSpan & { readonly lastSeq: number }): void {
    const { roomId, threadId, runId } = record
    const before = thread.runs.get(runId)
    thread.runs.set(runId, { no: before?.no ?? ++lastRun, record, span: spanAfter(before?.span, record, appended) })
    const id = addressString(record)
    queued.delete(id)
    live.delete(id)
    if (record.status === 'queued') queued.set(id, { roomId, threadId, runId })
    if (record.status === 'running' || record.status === 'cancelling') live.set(id, { roomId, threadId, runId })
  }

  function rememberAndForget({ key, remember, forget, pruneCancelsBefore }: Writes): void {
    if (pruneCancelsBefore !== undefined) {
      for (const cancel of cancelsOf(key.roomId)) {
        if (cancel.at < pruneCancelsBefore) cancels.delete(addressString(cancel))
      }
    }
    if (remember) cancels.set(addressString(remember), remember)
    if (forget !== undefined) cancels.delete(addressString({ ...key, runId: forget }))
  }

  function drop({ row, runs }: MemoryThread): void {
    for (const runId of runs.keys()) {
      const id = addressString({ ...row, runId })
      queued.delete(id)
      live.delete(id)
    }
    for (const cancel of cancelsOf(row.roomId)) {
      if (cancel.threadId === row.threadId) cancels.delete(addressString(cancel))
    }
    threads.set(keyString(row), emptyThread(row))
    inbox.dropThread(tenantOf(row), row)
  }

  return {
    rooms,
    inbox,
    putRoom: (room) => void rooms.set(room.roomId, room),
    tellRoom(room, now) {
      const { tenantId, roomId } = room
      if (room.deletedAt !== undefined) inbox.dropRoom(tenantId, roomId)
      inbox.append(tenantId, [roomEntry(room, now)])
      untold.push({ type: 'inbox.more', tenantId })
    },
    thread: (key) => threads.get(keyString(key)),
    threadsOf: (roomId) => [...threads.values()].filter(({ row }) => row.roomId === roomId && !row.deleted),
    threads: () => [...threads.values()],
    run: (address) => threads.get(keyString(address))?.runs.get(address.runId)?.record,
    viewOf(key) {
      const thread = threads.get(keyString(key))
      return thread ? catchUp(thread) : createFold(key).view()
    },
    queued: () => [...queued.values()],
    live: () => [...live.values()],
    cancel: (address) => cancels.get(addressString(address)),
    cancelsOf,
    apply(writes, now) {
      if (!writes) return
      rememberAndForget(writes)
      const thread = writes.thread ? threadFor(writes.thread) : threads.get(keyString(writes.key))
      if (!thread) return
      const head = thread.frames.length
      const frames = framesOf(writes.key, head, now, writes.log).map((text) => encoder.encode(text))
      thread.frames.push(...frames)
      if (writes.run) putRun(thread, writes.run, { firstSeq: head + 1, lastSeq: head + frames.length })
      if (writes.thread) thread.row = threadAfter(writes.thread, catchUp(thread))
      if (writes.said) thread.said.push(termsOf(writes.said))
      if (writes.run && 'outcome' in writes.run) thread.said.push(termsOf(answerOf(catchUp(thread), writes.run.runId)))
      if (writes.drop) drop(thread)
      const entries = inboxOf(writes, now, writes.thread && thread.row)
      const tenantId = tenantOf(writes.key)
      inbox.append(tenantId, entries)
      if (entries.length > 0) untold.push({ type: 'inbox.more', tenantId })
      untold.push(...noticesOf(writes, head, Buffer.concat(frames)))
    },
    tell() {
      // Whoever hears may write at once: what that says is told behind what is being told.
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

function emptyThread(row: ThreadRow): MemoryThread {
  const { roomId, threadId } = row
  return { row, frames: [], fold: createFold({ roomId, threadId }), runs: new Map(), said: [] }
}

function addressString(address: RunAddress): string {
  return `${keyString(address)}/${address.runId}`
}
