/**
 * Interns values: of equal values only the first is kept. Every claim carries its own copy of the room, the agent and the
 * owner; interned, a thousand waiting runs share one of each.
 */

/** When this many are kept, all are forgotten, so that memory stays bounded. Equal values may then be kept twice. */
const MAX_KEPT = 1_000

/** Returns the first value that was equal to this one as JSON. */
export function createInterner(): <Value>(value: Value) => Value {
  const kept = new Map<string, unknown>()
  return <Value>(value: Value) => {
    const name = JSON.stringify(value)
    if (!kept.has(name)) {
      if (kept.size === MAX_KEPT) kept.clear()
      kept.set(name, value)
    }
    // Equal values are of one type.
    return kept.get(name) as Value
  }
}
