/** Who may see what. What a principal may not see does not exist for it. */
import type { NotFound } from '../port.ts'
import type { Principal } from '../principal.ts'
import type { RoomRow } from './facts.ts'

export const NOT_FOUND: NotFound = { type: 'not_found' }

/** A room is seen within its tenant, and with it its threads and runs. */
export function isVisible(room: RoomRow | undefined, principal: Principal): room is RoomRow {
  return room?.tenantId === principal.tenantId
}
