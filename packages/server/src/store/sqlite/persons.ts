/**
 * What belongs to one person, beside the person's log: what each thread and each room is to the person (`person_thread`,
 * `person_room`), and the person's settings (`person_settings`). Does not know: what is unread (`unread.ts`).
 */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { NotificationSettings } from '@holdfast/core'
import type { PersonRoom, PersonThread } from '../decide/facts.ts'
import type { Principal } from '../principal.ts'
import type { TenantRoom } from '../tenant-thread.ts'

export interface Persons {
  /** For one thread, by its number. Lists of threads read this together with their rows (`threads.ts`). */
  get(thread: number, personId: string): PersonThread | undefined
  /** What the thread is to each person. */
  of(thread: number): ReadonlyMap<string, PersonThread>
  put(thread: number, personId: string, own: PersonThread): void
  drop(thread: number): void
  room(room: TenantRoom, personId: string): PersonRoom | undefined
  /** What each room of the tenant is to the person, by the room's id. */
  rooms(person: Principal): ReadonlyMap<string, PersonRoom>
  /** What the room is to each person. */
  ofRoom(room: TenantRoom): ReadonlyMap<string, PersonRoom>
  putRoom(room: TenantRoom, personId: string, own: PersonRoom): void
  dropRoom(room: TenantRoom): void
  settings(person: Principal): NotificationSettings | undefined
  putSettings(person: Principal, settings: NotificationSettings): void
}

/** The columns of `person_thread` that `ownOf` reads. */
export const OWN = 'muted_until, read_seq, marked_unread'

export function createPersons(database: DatabaseSync): Persons {
  const get = database.prepare(`SELECT ${OWN} FROM person_thread WHERE thread = ? AND person = ?`)
  const all = database.prepare(
    `SELECT person, ${OWN} FROM person_thread
     WHERE thread = ? AND (muted_until IS NOT NULL OR read_seq > 0 OR marked_unread IS NOT NULL) ORDER BY person`,
  )
  const put = database.prepare(`INSERT OR REPLACE INTO person_thread (thread, person, ${OWN}) VALUES (?, ?, ?, ?, ?)`)
  const remove = database.prepare('DELETE FROM person_thread WHERE thread = ? AND person = ?')
  const drop = database.prepare('DELETE FROM person_thread WHERE thread = ?')
  const room = database.prepare('SELECT muted_until FROM person_room WHERE tenant = ? AND room_id = ? AND person = ?')
  const rooms = database.prepare('SELECT room_id, muted_until FROM person_room WHERE tenant = ? AND person = ?')
  const ofRoom = database.prepare(
    'SELECT person, muted_until FROM person_room WHERE tenant = ? AND room_id = ? ORDER BY person',
  )
  const putRoom = database.prepare(
    'INSERT OR REPLACE INTO person_room (tenant, room_id, person, muted_until) VALUES (?, ?, ?, ?)',
  )
  const removeRoom = database.prepare('DELETE FROM person_room WHERE tenant = ? AND room_id = ? AND person = ?')
  const dropRoom = database.prepare('DELETE FROM person_room WHERE tenant = ? AND room_id = ?')
  const settings = database.prepare('SELECT settings FROM person_settings WHERE tenant = ? AND person = ?')
  const putSettings = database.prepare(
    'INSERT OR REPLACE INTO person_settings (tenant, person, settings) VALUES (?, ?, ?)',
  )

  return {
    get(thread, personId) {
      const row = get.get(thread, personId)
      return row && ownOf(row)
    },
    of: (thread) => new Map(all.all(thread).map((row) => [String(row.person), ownOf(row)])),
    put(thread, personId, { mutedUntil, readSeq = 0, markedUnread }) {
      if (mutedUntil === undefined && readSeq === 0 && markedUnread === undefined) remove.run(thread, personId)
      else put.run(thread, personId, mutedUntil ?? null, readSeq, markedUnread ?? null)
    },
    drop: (thread) => void drop.run(thread),
    room({ tenantId, roomId }, personId) {
      const row = room.get(tenantId, roomId, personId)
      return row && ownOfRoom(row)
    },
    rooms: ({ tenantId, personId }) =>
      new Map(rooms.all(tenantId, personId).map((row) => [String(row.room_id), ownOfRoom(row)])),
    ofRoom: ({ tenantId, roomId }) =>
      new Map(ofRoom.all(tenantId, roomId).map((row) => [String(row.person), ownOfRoom(row)])),
    putRoom({ tenantId, roomId }, personId, { mutedUntil }) {
      if (mutedUntil === undefined) removeRoom.run(tenantId, roomId, personId)
      else putRoom.run(tenantId, roomId, personId, mutedUntil)
    },
    dropRoom: ({ tenantId, roomId }) => void dropRoom.run(tenantId, roomId),
    settings({ tenantId, personId }) {
      const row = settings.get(tenantId, personId)
      // Only `putSettings` writes the column.
      return row && (JSON.parse(String(row.settings)) as NotificationSettings)
    },
    putSettings: ({ tenantId, personId }, given) => void putSettings.run(tenantId, personId, JSON.stringify(given)),
  }
}

/** Also for a row of a join that found none: there, all columns are null. */
export function ownOf({ muted_until, read_seq, marked_unread }: Record<string, SQLOutputValue>): PersonThread {
  const readSeq = Number(read_seq ?? 0)
  return {
    ...(muted_until !== null && { mutedUntil: Number(muted_until) }),
    ...(readSeq > 0 && { readSeq }),
    ...(marked_unread !== null && { markedUnread: Number(marked_unread) }),
  }
}

function ownOfRoom({ muted_until }: Record<string, SQLOutputValue>): PersonRoom {
  return muted_until === null ? {} : { mutedUntil: Number(muted_until) }
}
