/** The `room` table, as rows of the deciders. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { RoomRow } from '../decide/facts.ts'
import type { ListPosition } from '../decide/list-cursor.ts'
import type { TenantRoom } from '../tenant-thread.ts'

/** The column value of a room that names no agent. */
const NONE = ''

export interface Rooms {
  get(room: TenantRoom): RoomRow | undefined
  put(room: RoomRow): void
  /** In the order of their creation. */
  list(tenantId: string, after: ListPosition | undefined, limit: number): RoomRow[]
}

export function createRooms(database: DatabaseSync): Rooms {
  const get = database.prepare('SELECT * FROM room WHERE tenant = ? AND room_id = ?')
  const put = database.prepare(
    `INSERT INTO room (room_id, tenant, owner, title, agent_id, made, created_at, deleted_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (tenant, room_id) DO UPDATE SET title = excluded.title, agent_id = excluded.agent_id, made = excluded.made,
       deleted_at = excluded.deleted_at`,
  )
  const list = database.prepare(
    `SELECT * FROM room WHERE tenant = ? AND (created_at, room_id) > (?, ?) AND deleted_at IS NULL
     ORDER BY created_at, room_id LIMIT ?`,
  )

  return {
    get({ tenantId, roomId }) {
      const row = get.get(tenantId, roomId)
      return row && roomOf(row)
    },
    put({ roomId, tenantId, ownerId, title, agentId, made, createdAt, deletedAt }) {
      const first = made === undefined ? null : JSON.stringify(made)
      put.run(roomId, tenantId, ownerId, title, agentId ?? NONE, first, createdAt, deletedAt ?? null)
    },
    list: (tenantId, after, limit) =>
      list.all(tenantId, after?.at ?? Number.MIN_SAFE_INTEGER, after?.id ?? '', limit).map(roomOf),
  }
}

function roomOf(row: Record<string, SQLOutputValue>): RoomRow {
  return {
    roomId: String(row.room_id),
    tenantId: String(row.tenant),
    ownerId: String(row.owner),
    title: String(row.title),
    ...(row.agent_id !== NONE && { agentId: String(row.agent_id) }),
    ...(row.made !== null && { made: JSON.parse(String(row.made)) }),
    createdAt: Number(row.created_at),
    ...(row.deleted_at !== null && { deletedAt: Number(row.deleted_at) }),
  }
}
