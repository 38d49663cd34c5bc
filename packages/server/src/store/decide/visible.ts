/** Who may see what. What a principal may not see does not exist for that principal. */
import type { Absent, Deleted, NotFound } from '../port.ts'
import type { Principal } from '../principal.ts'
import type { RoomRow, ThreadRow } from './facts.ts'

export const NOT_FOUND: NotFound = { type: 'not_found' }
export const DELETED: Deleted = { type: 'deleted' }

/** A room is visible within its tenant, and so are its threads and runs. */
export function isVisible(room: RoomRow | undefined, principal: Principal): room is RoomRow {
  return room?.tenantId === principal.tenantId
}

/** Why a room cannot be read or written to; undefined if it can. */
export function roomAbsence(room: RoomRow | undefined, principal: Principal): Absent | undefined {
  if (!isVisible(room, principal)) return NOT_FOUND
  return room.deletedAt === undefined ? undefined : DELETED
}

/** The same for a thread that may be created. What a room or a thread was stays hidden from other tenants. */
export function threadAbsence(
  room: RoomRow | undefined,
  thread: ThreadRow | undefined,
  principal: Principal,
): Absent | undefined {
  return roomAbsence(room, principal) ?? (thread?.deleted === undefined ? undefined : DELETED)
}
