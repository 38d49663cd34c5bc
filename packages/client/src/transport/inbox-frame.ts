/** Whether a value is an entry of the inbox. Only its address and its cursor are checked; the rest follows from its type. */
import type { InboxFrame } from '@holdfast/core'

export function isInboxFrame(value: unknown): value is InboxFrame {
  if (typeof value !== 'object' || value === null) return false
  const { cursor, type, roomId } = value as Record<string, unknown>
  return typeof cursor === 'string' && typeof type === 'string' && typeof roomId === 'string'
}
