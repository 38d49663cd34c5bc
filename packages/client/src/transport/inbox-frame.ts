/** Whether a value is an entry of the inbox. Checked are its address, its cursor, and what is read of it without a look. */
import type { InboxFrame } from '@holdfast/core'
import { SETTINGS } from './answer-shapes.ts'
import { fits, type Shape } from './shapes.ts'

/** The types that may name no room. */
const OF_A_PERSON: ReadonlySet<unknown> = new Set(['ReadMarkMoved', 'SettingsChanged'] satisfies InboxFrame['type'][])

const SHAPES: ReadonlyMap<unknown, Shape> = new Map<InboxFrame['type'], Shape>([
  ['RunCompleted', { threadId: 'string', runId: 'string', outcome: { type: 'string' } }],
  ['SettingsChanged', { settings: SETTINGS }],
])

export function isInboxFrame(value: unknown): value is InboxFrame {
  if (typeof value !== 'object' || value === null) return false
  const { cursor, type, roomId } = value as Record<string, unknown>
  const addressed = typeof roomId === 'string' || (roomId === undefined && OF_A_PERSON.has(type))
  return typeof cursor === 'string' && typeof type === 'string' && addressed && fits(value, SHAPES.get(type) ?? {})
}
