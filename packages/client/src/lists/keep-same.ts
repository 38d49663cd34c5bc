/** Keeps references for answers that say the same again, so that comparing by reference wakes nobody for nothing. */
import type { TransportError } from '../transport/error.ts'

/** The new list with the old objects wherever nothing changed; the old list itself if nothing did. */
export function keepSame<T>(
  before: readonly T[] | undefined,
  after: readonly T[] | undefined,
  id: (item: T) => string,
): readonly T[] | undefined {
  if (!before || !after) return after
  const known = new Map(before.map((item) => [id(item), item]))
  const items = after.map((item) => {
    const same = known.get(id(item))
    return same && JSON.stringify(same) === JSON.stringify(item) ? same : item
  })
  return items.length === before.length && items.every((item, at) => item === before[at]) ? before : items
}

/** A request that keeps failing in the same way changes nothing. */
export function keepSameError(before: TransportError | undefined, after: TransportError): TransportError {
  return before?.message === after.message ? before : after
}
