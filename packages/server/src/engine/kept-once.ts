/**
 * What many runs have in common, and each claim brings its own copy of out of the store's thread: it is kept once. Does
 * not know: what it is.
 */

/** Of more than these some are kept twice. */
const MOST = 1_000

/** Answers the first of all values that are equal to this one as JSON. */
export function createKeptOnce(): <Value>(value: Value) => Value {
  const kept = new Map<string, unknown>()
  return <Value>(value: Value) => {
    const name = JSON.stringify(value)
    if (!kept.has(name)) {
      if (kept.size === MOST) kept.clear()
      kept.set(name, value)
    }
    // Equal values are of one type.
    return kept.get(name) as Value
  }
}
