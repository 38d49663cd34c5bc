/** Which rows have no room on the device. Pure. */
import type { CacheLimits } from './port.ts'

interface Kept<Id> {
  readonly id: Id
  /** When it was used last, in milliseconds since 1970. */
  readonly at: number
  readonly characters: number
}

/** The least recently used, beyond the limits. The newest always has room. */
export function tooMany<Id>(rows: readonly Kept<Id>[], limits: Omit<CacheLimits, 'lists'>): readonly Id[] {
  let characters = 0
  return rows
    .toSorted((a, b) => b.at - a.at)
    .flatMap((row, place) => {
      characters += row.characters
      const fits = place < limits.threads && characters <= limits.characters
      return place === 0 || fits ? [] : [row.id]
    })
}
