/** Whether a value is an entry of the inbox. Only its address and its cursor are checked; the rest follows from its type. */
import type { InboxFrame } from '@holdfast/core'

/** The types that may name no room. */
const OF_A_PERSON: ReadonlySet<unknown> = new Set(['ReadMarkMoved', 'SettingsChanged'] satisfies InboxFrame['type'][])

export function isInboxFrame(value: unknown): value is InboxFrame {
  if (typeof value !== 'object' || value === null) return false
  const { cursor, type, roomId } = value as Record<string, unknown>
  const addressed = typeof roomId === 'string' || (roomId === undefined && OF_A_PERSON.has(type))
  return typeof cursor === 'string' && typeof type === 'string' && addressed
}
