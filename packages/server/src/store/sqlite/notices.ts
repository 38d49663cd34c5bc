/**
 * The `person`, `notice`, `push_subscription` and `vapid` tables.
 *
 * Invariants:
 * - Of each person the newest `MAX_NOTICES` notices are kept, and the `MAX_SUBSCRIPTIONS` most recently registered
 *   subscriptions.
 * - An endpoint is in one row: a subscription belongs to the person who registered it last on that browser.
 */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { type NoticeKind as AnyKind, DEFAULT_NOTIFICATION_SETTINGS } from '@holdfast/core'
import type { NoticesPut, WaitingNotice } from '../decide/facts.ts'
import type { ListPosition } from '../decide/list-cursor.ts'
import { MAX_NOTICES } from '../decide/person-notices.ts'
import { MAX_SUBSCRIPTIONS } from '../decide/push.ts'
import type { Listener, NoticeKind, NoticeRow, NoticeState, RaisedNotice } from '../notice-row.ts'
import type { PushSubscriptionRow, VapidKeys } from '../notice-store.ts'
import type { Principal } from '../principal.ts'
import type { TenantThread } from '../tenant-thread.ts'

export interface ListedNotice {
  readonly no: number
  readonly thread: number
  readonly row: NoticeRow
}

export interface NoticeFilter {
  readonly kind?: AnyKind
  readonly unread?: boolean
}

export interface Notices {
  /** From now on the person gets notices of their tenant's threads. */
  know(person: Principal): void
  /** Everybody whom the thread's tenant knows. `thread`: its number. */
  audience(thread: number, of: TenantThread): Listener[]
  raise(tenantId: string, thread: number, seq: number, raised: readonly RaisedNotice[]): void
  get(person: Principal, noticeId: string): ListedNotice | undefined
  has(person: Principal, noticeId: string): boolean
  /** Newest first. */
  list(person: Principal, filter: NoticeFilter, after: ListPosition | undefined, limit: number): ListedNotice[]
  waiting(person: Principal): WaitingNotice[]
  /** The people who have waiting notices. */
  persons(): Principal[]
  /** Withdraws what the person has read. */
  read(thread: number, personId: string, readSeq: number): void
  /** The same for a whole room, or for everything. */
  readAll(person: Principal, roomId?: string): void
  put(put: NoticesPut): void
  drop(thread: number): void
  /** The most recently registered one first. */
  subscriptions(person: Principal): PushSubscriptionRow[]
  keys(): VapidKeys | undefined
  putKeys(keys: VapidKeys): void
  rolledBack(): void
}

const WAITING = "state IN ('open', 'sending')"
const NOTICE = 'notice.*, thread.room_id, thread.thread_id FROM notice JOIN thread ON thread.no = notice.thread'

export function createNotices(database: DatabaseSync): Notices {
  const know = database.prepare('INSERT OR IGNORE INTO person (tenant, person) VALUES (?, ?)')
  const audience = database.prepare(
    `SELECT person.person, person_thread.muted_until AS thread_muted, person_room.muted_until AS room_muted,
            person_settings.settings
     FROM person
     LEFT JOIN person_thread ON person_thread.thread = ?1 AND person_thread.person = person.person
     LEFT JOIN person_room ON person_room.tenant = person.tenant AND person_room.room_id = ?3
       AND person_room.person = person.person
     LEFT JOIN person_settings ON person_settings.tenant = person.tenant AND person_settings.person = person.person
     WHERE person.tenant = ?2 ORDER BY person.person`,
  )
  const raise = database.prepare(
    `INSERT INTO notice (tenant, person, notice_id, thread, run_id, kind, seq, at, state)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open') ON CONFLICT DO NOTHING`,
  )
  const trim = database.prepare(
    `DELETE FROM notice WHERE no <= (
       SELECT no FROM notice WHERE tenant = ?1 AND person = ?2 ORDER BY no DESC LIMIT 1 OFFSET ${MAX_NOTICES})
     AND tenant = ?1 AND person = ?2`,
  )
  const get = database.prepare(`SELECT ${NOTICE} WHERE notice.tenant = ? AND person = ? AND notice_id = ?`)
  const has = database.prepare('SELECT 1 FROM notice WHERE tenant = ? AND person = ? AND notice_id = ?')
  const list = database.prepare(
    `SELECT ${NOTICE} WHERE notice.tenant = ? AND person = ? AND notice.no < ?
     AND kind = coalesce(?, kind) AND (? = 0 OR state <> 'withdrawn') ORDER BY notice.no DESC LIMIT ?`,
  )
  const waiting = database.prepare(
    `SELECT notice.*, thread.room_id, thread.thread_id, person_thread.muted_until AS thread_muted,
            person_room.muted_until AS room_muted
     FROM notice JOIN thread ON thread.no = notice.thread
     LEFT JOIN person_thread ON person_thread.thread = notice.thread AND person_thread.person = notice.person
     LEFT JOIN person_room ON person_room.tenant = notice.tenant AND person_room.room_id = thread.room_id
       AND person_room.person = notice.person
     WHERE notice.tenant = ? AND notice.person = ? AND ${WAITING} ORDER BY notice.no`,
  )
  const persons = database.prepare(`SELECT DISTINCT tenant, person FROM notice WHERE ${WAITING}`)
  const read = database.prepare(
    "UPDATE notice SET state = 'withdrawn' WHERE thread = ? AND person = ? AND seq <= ? AND state <> 'withdrawn'",
  )
  const readAll = database.prepare(
    `UPDATE notice SET state = 'withdrawn' WHERE tenant = ?1 AND person = ?2 AND state <> 'withdrawn'
     AND (?3 IS NULL OR thread IN (SELECT no FROM thread WHERE tenant = ?1 AND room_id = ?3))`,
  )
  const move = database.prepare(
    'UPDATE notice SET state = ?, claimed_by = ? WHERE tenant = ? AND person = ? AND notice_id = ?',
  )
  const remove = database.prepare('DELETE FROM notice WHERE tenant = ? AND person = ? AND notice_id = ?')
  const clear = database.prepare('DELETE FROM notice WHERE tenant = ? AND person = ?')
  const drop = database.prepare('DELETE FROM notice WHERE thread = ?')
  const replace = database.prepare('DELETE FROM push_subscription WHERE tenant = ? AND person = ? AND device = ?')
  const subscribe = database.prepare(
    `INSERT OR REPLACE INTO push_subscription (endpoint, tenant, person, device, p256dh, auth, at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const cap = database.prepare(
    `DELETE FROM push_subscription WHERE tenant = ?1 AND person = ?2 AND no NOT IN (
       SELECT no FROM push_subscription WHERE tenant = ?1 AND person = ?2 ORDER BY no DESC LIMIT ${MAX_SUBSCRIPTIONS})`,
  )
  const unsubscribe = database.prepare('DELETE FROM push_subscription WHERE tenant = ? AND person = ? AND endpoint = ?')
  const subscriptions = database.prepare(
    'SELECT * FROM push_subscription WHERE tenant = ? AND person = ? ORDER BY no DESC',
  )
  const keys = database.prepare('SELECT public_key, private_key FROM vapid')
  const putKeys = database.prepare('INSERT INTO vapid (one, public_key, private_key) VALUES (1, ?, ?)')

  /** Written before, so that a put of a run does not write again. */
  let written = new Set<string>()

  function raiseFor(person: Principal, thread: number, seq: number, { noticeId, runId, kind, at }: RaisedNotice): void {
    const { tenantId, personId } = person
    raise.run(tenantId, personId, noticeId, thread, runId, kind, seq, at)
    trim.run(tenantId, personId)
  }

  return {
    know({ tenantId, personId }) {
      const name = JSON.stringify([tenantId, personId])
      if (written.has(name)) return
      know.run(tenantId, personId)
      written.add(name)
    },
    audience: (thread, { tenantId, roomId }) =>
      audience.all(thread, tenantId, roomId).map((row) => ({
        personId: String(row.person),
        mutedUntil: mutedIn(row),
        settings: row.settings === null ? DEFAULT_NOTIFICATION_SETTINGS : JSON.parse(String(row.settings)),
      })),
    raise(tenantId, thread, seq, raised) {
      for (const one of raised) raiseFor({ tenantId, personId: one.personId }, thread, seq, one)
    },
    get({ tenantId, personId }, noticeId) {
      const row = get.get(tenantId, personId, noticeId)
      return row && listedOf(row)
    },
    has: ({ tenantId, personId }, noticeId) => has.get(tenantId, personId, noticeId) !== undefined,
    list: ({ tenantId, personId }, { kind, unread = false }, after, limit) =>
      list
        .all(tenantId, personId, Number(after?.id ?? Number.MAX_SAFE_INTEGER), kind ?? null, Number(unread), limit)
        .map(listedOf),
    waiting: ({ tenantId, personId }) =>
      waiting.all(tenantId, personId).map((row) => ({
        row: noticeOf(row),
        mutedUntil: mutedIn(row),
      })),
    persons: () => persons.all().map(({ tenant, person }) => ({ tenantId: String(tenant), personId: String(person) })),
    read: (thread, personId, readSeq) => void read.run(thread, personId, readSeq),
    readAll: ({ tenantId, personId }, roomId) => void readAll.run(tenantId, personId, roomId ?? null),
    put({ noticesOf: { tenantId, personId }, notices = [], removed = [], subscribe: added, unsubscribe: gone = [] }) {
      for (const { noticeId, state, claimedBy } of notices) {
        move.run(state, claimedBy ?? null, tenantId, personId, noticeId)
      }
      if (removed === 'all') clear.run(tenantId, personId)
      else for (const noticeId of removed) remove.run(tenantId, personId, noticeId)
      if (added) {
        const { endpoint, deviceId, keys: secret, at } = added
        replace.run(tenantId, personId, deviceId)
        subscribe.run(endpoint, tenantId, personId, deviceId, secret.p256dh, secret.auth, at)
        cap.run(tenantId, personId)
      }
      for (const endpoint of gone) unsubscribe.run(tenantId, personId, endpoint)
    },
    drop: (thread) => void drop.run(thread),
    subscriptions: ({ tenantId, personId }) =>
      subscriptions.all(tenantId, personId).map((row) => ({
        endpoint: String(row.endpoint),
        deviceId: String(row.device),
        keys: { p256dh: String(row.p256dh), auth: String(row.auth) },
        at: Number(row.at),
      })),
    keys() {
      const row = keys.get()
      return row && { publicKey: String(row.public_key), privateKey: String(row.private_key) }
    },
    putKeys: ({ publicKey, privateKey }) => void putKeys.run(publicKey, privateKey),
    rolledBack() {
      written = new Set()
    },
  }
}

function listedOf(row: Record<string, SQLOutputValue>): ListedNotice {
  return { no: Number(row.no), thread: Number(row.thread), row: noticeOf(row) }
}

function mutedIn({ thread_muted, room_muted }: Record<string, SQLOutputValue>): Listener['mutedUntil'] {
  return {
    ...(thread_muted != null && { thread: Number(thread_muted) }),
    ...(room_muted != null && { room: Number(room_muted) }),
  }
}

function noticeOf(row: Record<string, SQLOutputValue>): NoticeRow {
  return {
    noticeId: String(row.notice_id),
    roomId: String(row.room_id),
    threadId: String(row.thread_id),
    runId: String(row.run_id),
    // Only this adapter writes the two columns, from these types.
    kind: String(row.kind) as NoticeKind,
    state: String(row.state) as NoticeState,
    seq: Number(row.seq),
    at: Number(row.at),
    ...(row.claimed_by !== null && { claimedBy: String(row.claimed_by) }),
  }
}
