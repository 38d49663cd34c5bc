/** Who may see what. What a principal may not see does not exist for it. */
import type { Absent, Deleted, NotFound } from '../port.ts'
import type { Principal } from '../principal.ts'
import type { RoomRow, ThreadRow } from './facts.ts'

export const NOT_FOUND: NotFound = { type: 'not_found' }
export const DELETED: Deleted = { type: 'deleted' }

/** A room is seen within its tenant, and with it its threads and runs. */
export function isVisible(room: RoomRow | undefined, principal: Principal): room is RoomRow {
  return room?.tenantId === principal.tenantId
}

/** Why there is nothing to see or to make in a room; undefined: there is. */
export function roomAbsence(room: RoomRow | undefined, principal: Principal): Absent | undefined {
  if (!isVisible(room, principal)) return NOT_FOUND
  return room.deletedAt === undefined ? undefined : DELETED
}

/** The same for a thread that may be made; what a room or a thread was stays a secret of its tenant. */
export function threadAbsence(
  room: RoomRow | undefined,
  thread: ThreadRow | undefined,
  principal: Principal,
): Absent | undefined {
  return roomAbsence(room, principal) ?? (thread?.deleted === undefined ? undefined : DELETED)
}
