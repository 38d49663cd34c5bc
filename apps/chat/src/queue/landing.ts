/** Where a line that is carried over a list of lines would come to stand. Knows heights, not elements. */

/** The place, from 0, of what stood at `from` and is carried by `by` px: it passes whoever's middle it has passed. */
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

/** How far (px) what stands at `at` makes room for what goes `from` here `to` there; for that itself, how far it goes. */
export function shift(heights: readonly number[], from: number, to: number, at: number): number {
  const height = heights[from] ?? 0
  if (at === from) {
    const over = heights.slice(Math.min(from + 1, to), Math.max(from, to + 1))
    return Math.sign(to - from) * over.reduce((sum, each) => sum + each, 0)
  }
  if (from < at && at <= to) return -height
  return to <= at && at < from ? height : 0
}
