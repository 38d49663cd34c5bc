/** The `thread` table, as rows of the deciders. Other tables refer to a thread by its `no`. */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { Answered, Due, PersonThread, ThreadPut, ThreadRow } from '../decide/facts.ts'
import type { ListPosition } from '../decide/list-cursor.ts'
import type { Principal } from '../principal.ts'
import type { TenantRoom, TenantThread } from '../tenant-thread.ts'
import { OWN, ownOf } from './persons.ts'

export interface StoredThread {
  readonly no: number
  readonly tenantId: string
  readonly row: ThreadRow
}

/** A thread with one person's settings. */
export interface SeenThread extends StoredThread {
  readonly own: PersonThread
}

export interface Threads {
  get(thread: TenantThread): StoredThread | undefined
  byNo(no: number): StoredThread | undefined
  seen(thread: TenantThread, personId: string): SeenThread | undefined
  seenByNo(no: number, personId: string): SeenThread | undefined
  /** Inserts a new thread; returns its number. */
  insert(tenantId: string, put: ThreadPut): number
  /** A tombstone keeps nothing of what was answered. */
  update(no: number, row: Omit<ThreadRow, keyof Answered>, answered: Partial<Answered>): void
  /** Without a put of the row. */
  answer(no: number, answered: Partial<Answered>): void
  /** Newest activity first. */
  list(room: TenantRoom, personId: string, after: ListPosition | undefined, limit: number): SeenThread[]
  /** The threads that are not idle, newest activity first. */
  active(person: Principal, limit: number): SeenThread[]
  /** The earliest of each kind. */
  due(limit: number): Due[]
  /** Without deleted threads. */
  allOf(room: TenantRoom): StoredThread[]
}

const SEEN = `SELECT thread.*, ${OWN} FROM thread
  LEFT JOIN person_thread ON person_thread.thread = thread.no AND person_thread.person = ?`

/** Of a tombstone. */
const NOTHING: Answered = { completedSeq: 0, preview: '' }

export function createThreads(database: DatabaseSync): Threads {
  const get = database.prepare('SELECT * FROM thread WHERE tenant = ? AND room_id = ? AND thread_id = ?')
  const byNo = database.prepare('SELECT * FROM thread WHERE no = ?')
  const seen = database.prepare(`${SEEN} WHERE tenant = ? AND room_id = ? AND thread_id = ?`)
  const seenByNo = database.prepare(`${SEEN} WHERE no = ?`)
  const insert = database.prepare(
    `INSERT INTO thread (tenant, room_id, thread_id, owner, title, status, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, 'idle', ?, ?)`,
  )
  const update =
    database.prepare(`UPDATE thread SET title = ?, made_title = ?, agent_id = ?, status = ?, waiting = ?, paused = ?, next_run = ?, expires_at = ?, steps_since = ?, archived = ?, updated_at = ?,
       deleted_at = ?, deleted_seq = ?, completed_seq = coalesce(?, completed_seq), preview = coalesce(?, preview) WHERE no = ?`)
  const answer = database.prepare(
    'UPDATE thread SET completed_seq = coalesce(?, completed_seq), preview = coalesce(?, preview) WHERE no = ?',
  )
  const allOf = database.prepare('SELECT * FROM thread WHERE tenant = ? AND room_id = ? AND deleted_at IS NULL')
  const due = (column: string) =>
    database.prepare(
      `SELECT tenant, room_id, thread_id, ${column} AS at FROM thread WHERE ${column} IS NOT NULL ORDER BY ${column} LIMIT ?`,
    )
  const expiring = due('expires_at')
  const prunable = due('steps_since')
  const active = database.prepare(
    `${SEEN} WHERE tenant = ? AND status <> 'idle' AND deleted_at IS NULL
     ORDER BY updated_at DESC, no DESC LIMIT ?`,
  )
  const list = database.prepare(
    `${SEEN} WHERE tenant = ? AND room_id = ? AND (updated_at, thread_id) < (?, ?) AND deleted_at IS NULL
     ORDER BY updated_at DESC, thread_id DESC LIMIT ?`,
  )

  return {
    get({ tenantId, roomId, threadId }) {
      const row = get.get(tenantId, roomId, threadId)
      return row && threadOf(row)
    },
    byNo(no) {
      const row = byNo.get(no)
      return row && threadOf(row)
    },
    insert: (tenantId, { roomId, threadId, ownerId, title, createdAt, updatedAt }) =>
      Number(insert.run(tenantId, roomId, threadId, ownerId, title, createdAt, updatedAt).lastInsertRowid),
    update(no, row, answered) {
      const { title, madeTitle, agentId, status, waiting, paused, nextRunId, expiresAt, stepsSince, archived } = row
      const { updatedAt, deleted } = row
      const kept = [
        title,
        madeTitle ?? null,
        agentId ?? null,
        status,
        waiting,
        Number(paused),
        nextRunId,
        expiresAt,
        stepsSince,
        Number(archived),
        updatedAt,
      ] as const
      const { completedSeq, preview } = deleted ? NOTHING : answered
      update.run(...kept, deleted?.at ?? null, deleted?.seq ?? null, completedSeq ?? null, preview ?? null, no)
    },
    answer: (no, { completedSeq, preview }) => void answer.run(completedSeq ?? null, preview ?? null, no),
    seen({ tenantId, roomId, threadId }, personId) {
      const row = seen.get(personId, tenantId, roomId, threadId)
      return row && seenOf(row)
    },
    seenByNo(no, personId) {
      const row = seenByNo.get(personId, no)
      return row && seenOf(row)
    },
    list: ({ tenantId, roomId }, personId, after, limit) =>
      list.all(personId, tenantId, roomId, after?.at ?? Number.MAX_SAFE_INTEGER, after?.id ?? '', limit).map(seenOf),
    active: ({ tenantId, personId }, limit) => active.all(personId, tenantId, limit).map(seenOf),
    due: (limit) => [
      ...expiring.all(limit).map((row) => dueOf('questions', row)),
      ...prunable.all(limit).map((row) => dueOf('steps', row)),
    ],
    allOf: ({ tenantId, roomId }) => allOf.all(tenantId, roomId).map(threadOf),
  }
}

function dueOf(kind: Due['kind'], row: Record<string, SQLOutputValue>): Due {
  const address = { tenantId: String(row.tenant), roomId: String(row.room_id), threadId: String(row.thread_id) }
  return { ...address, kind, at: Number(row.at) }
}

/** `row`: all columns of the thread, and `OWN`. */
export function seenOf(row: Record<string, SQLOutputValue>): SeenThread {
  return { ...threadOf(row), own: ownOf(row) }
}

function threadOf(row: Record<string, SQLOutputValue>): StoredThread {
  return {
    no: Number(row.no),
    tenantId: String(row.tenant),
    row: {
      roomId: String(row.room_id),
      threadId: String(row.thread_id),
      ownerId: String(row.owner),
      title: String(row.title),
      ...(row.made_title !== null && { madeTitle: String(row.made_title) }),
      ...(row.agent_id !== null && { agentId: String(row.agent_id) }),
      archived: row.archived === 1,
      // Only this adapter writes the column, from a ThreadStatus.
      status: String(row.status) as ThreadRow['status'],
      waiting: Number(row.waiting),
      paused: row.paused === 1,
      nextRunId: row.next_run === null ? null : String(row.next_run),
      expiresAt: row.expires_at === null ? null : Number(row.expires_at),
      stepsSince: row.steps_since === null ? null : Number(row.steps_since),
      createdAt: Number(row.created_at),
      updatedAt: Number(row.updated_at),
      completedSeq: Number(row.completed_seq),
      ...(row.preview !== null && row.preview !== NOTHING.preview && { preview: String(row.preview) }),
      ...(row.deleted_at !== null && { deleted: { at: Number(row.deleted_at), seq: Number(row.deleted_seq) } }),
    },
  }
}
