/**
 * The pages of one room's threads: the newest one as last answered, and older ones as they were when they were loaded,
 * with changes since applied.
 *
 * Owns: how pages join to one list. Does not know: when to ask, runs that start here, observers.
 */
import { keyString, type List, sameKey, type ThreadInfo, type ThreadKey } from '@holdfast/core'

export interface ThreadPages {
  /** Undefined until the first answer. */
  items(): readonly ThreadInfo[] | undefined
  /** Where the next older page begins; undefined if there is none. */
  next(): string | undefined
  putNewest(page: List<ThreadInfo>): void
  /** False if the list has another end by now: the page does not follow on it. */
  putOlder(page: List<ThreadInfo>, before: string): boolean
  change(key: ThreadKey, how: (item: ThreadInfo) => ThreadInfo): void
  /** Deleted: an answer to an earlier request does not bring it back (I8). */
  drop(key: ThreadKey): void
  /** Changes of older pages may have been missed. They are loaded again when somebody asks for them. */
  forgetOlder(): void
}

export function createThreadPages(): ThreadPages {
  let first: List<ThreadInfo> | undefined
  let older: readonly ThreadInfo[] = []
  let oldest: string | undefined
  const dropped = new Set<string>()

  const next = () => (older.length > 0 ? oldest : first?.next)

  return {
    items() {
      if (!first) return undefined
      const seen = new Set(dropped)
      return [...first.items, ...older].filter((item) => {
        const id = keyString(item)
        if (seen.has(id)) return false
        seen.add(id)
        return true
      })
    },
    next,
    putNewest(page) {
      older = olderThan(page, first?.items ?? [], older)
      first = page
    },
    putOlder(page, before) {
      if (next() !== before) return false
      older = [...older, ...page.items]
      oldest = page.next
      return true
    },
    change(key, how) {
      const changed = (item: ThreadInfo) => (sameKey(item, key) ? how(item) : item)
      if (first) first = { ...first, items: first.items.map(changed) }
      older = older.map(changed)
    },
    drop: (key) => void dropped.add(keyString(key)),
    forgetOlder() {
      older = []
    },
  }
}

/** A thread that no longer fits on the newest page is the first of the older ones. It would be on neither otherwise. */
function olderThan(
  { items, next }: List<ThreadInfo>,
  before: readonly ThreadInfo[],
  older: readonly ThreadInfo[],
): readonly ThreadInfo[] {
  if (older.length === 0 || before.length === 0) return older
  const known = new Set(items.map(keyString))
  const last = items.at(-1)
  // Nothing is known about what lies between.
  if (!last || (next !== undefined && !before.some((item) => known.has(keyString(item))))) return []
  // What is missing among the newer ones was deleted.
  const pushedOut = before.filter((item) => !known.has(keyString(item)) && isOlder(item, last))
  return next === undefined ? older : [...pushedOut, ...older]
}

/** In the order of a list of threads (docs/PROTOCOL.md): newest activity first. */
function isOlder(one: ThreadInfo, other: ThreadInfo): boolean {
  if (one.updatedAt !== other.updatedAt) return one.updatedAt < other.updatedAt
  return one.threadId < other.threadId
}
