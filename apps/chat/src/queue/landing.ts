/** Where a row dragged over a list would land. Knows heights, not elements. */

/**
 * The new index, from 0, of the row at `from` after a drag by `by` px: it passes every row whose middle it has passed.
 */
export function landing(heights: readonly number[], from: number, by: number): number {
  let to = from
  let passed = 0
  const step = by < 0 ? -1 : 1
  for (let next = from + step; next >= 0 && next < heights.length; next += step) {
    const height = heights[next] ?? 0
    if (Math.abs(by) <= passed + height / 2) break
    passed += height
    to = next
  }
  return to
}

/**
 * How far (px) the row at `at` moves when the row at `from` lands at `to`; for the dragged row itself, how far it
 * moves.
 */
export function shift(heights: readonly number[], from: number, to: number, at: number): number {
  const height = heights[from] ?? 0
  if (at === from) {
    const over = heights.slice(Math.min(from + 1, to), Math.max(from, to + 1))
    return Math.sign(to - from) * over.reduce((sum, each) => sum + each, 0)
  }
  if (from < at && at <= to) return -height
  return to <= at && at < from ? height : 0
}
