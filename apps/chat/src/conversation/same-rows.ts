/**
 * Gives unchanged rows the same identity as before, so that only changed ones are rendered.
 *
 * Owns: when two rows are equal. Does not know: React, what a row is for.
 */
import type { Row } from './rows.ts'

/** `after`, with each equal row of `before` in its place. */
export function sameRows(before: readonly Row[], after: readonly Row[]): readonly Row[] {
  const known = before.length === 0 ? undefined : new Map(before.map((row) => [row.id, row]))
  if (!known) return after
  return after.map((row) => {
    const old = known.get(row.id)
    return old && isSame(old, row) ? old : row
  })
}

/** Down to the bottom: what a row holds is small. */
function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  const members = Object.entries(one)
  const others: Readonly<Record<string, unknown>> = { ...other }
  return members.length === Object.keys(others).length && members.every(([name, value]) => isSame(value, others[name]))
}
