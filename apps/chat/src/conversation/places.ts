/**
 * The reader's position in each thread while the page lives: leaving and returning restores it.
 *
 * Owns: the memory, bounded. Does not know: how to scroll.
 */
import type { ThreadKey } from '@holdfast/core'
import { keyString } from '@holdfast/core'
import type { CacheSnapshot } from 'virtua'

export interface Place {
  /** How high the lines were. */
  readonly sizes: CacheSnapshot
  /** The first visible line, and how much of it was above the edge (px). Absent for a reader at the end. */
  readonly top?: { readonly rowId: string; readonly hidden: number }
}

/** The measures of a long thread are tens of kilobytes. */
const KEPT = 50

const places = new Map<string, Place>()

export function placeIn(key: ThreadKey): Place | undefined {
  return places.get(keyString(key))
}

export function keepPlace(key: ThreadKey, place: Place): void {
  places.delete(keyString(key))
  places.set(keyString(key), place)
  const [oldest] = places.keys()
  if (places.size > KEPT && oldest !== undefined) places.delete(oldest)
}
