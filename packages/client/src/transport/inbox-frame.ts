/** Whether something that was read is an entry of the inbox: its address and its cursor, by hand; the rest is its type's. */
import type { InboxFrame } from '@holdfast/core'

export function isInboxFrame(value: unknown): value is InboxFrame {
  if (typeof value !== 'object' || value === null) return false
  const { cursor, type, roomId } = value as Record<string, unknown>
  return typeof cursor === 'string' && typeof type === 'string' && typeof roomId === 'string'
}
