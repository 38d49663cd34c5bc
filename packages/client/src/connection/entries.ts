/**
 * The last entries of the inbox, and where among them each cursor stands.
 *
 * Owns: how many are kept, the position of the line. Does not know: readers, connections.
 */
import type { InboxFrame, InboxOverview } from '@holdfast/core'

/** How many of the last entries are kept for a reader that joins. */
const KEPT = 500
/** How many answers of `GET /v1/inbox` are remembered with what came while they were on their way. */
const MARKS = 50

export interface Entries {
  /** The cursor of the last entry, or the one that the line began with. */
  readonly at: string | undefined
  /** Begins a new line behind this cursor; without one there is no line. */
  begin(cursor: string | undefined): void
  /** In order, never empty. */
  add(batch: readonly InboxFrame[]): void
  /** What a reader with this cursor has missed; undefined if that is not known. */
  missedSince(cursor: string): readonly InboxFrame[] | undefined
  /** The overview is asked for. Takes the answer's cursor, unless the line has ended meanwhile. */
  asking(): (answer: Pick<InboxOverview, 'cursor'>) => void
}

export function createEntries(): Entries {
  /** The last entries, of which the first has this number. */
  let recent: InboxFrame[] = []
  let first = 0
  const marks = new Map<string, number>()
  let at: string | undefined
  /** Marks of a line that has ended since are worth nothing. */
  let era = 0

  return {
    get at() {
      return at
    },
    begin(cursor) {
      era += 1
      at = cursor
      recent = []
      marks.clear()
    },
    add(batch) {
      at = batch.at(-1)?.cursor
      recent.push(...batch)
      const surplus = Math.max(0, recent.length - KEPT)
      recent = recent.slice(surplus)
      first += surplus
    },
    missedSince(cursor) {
      if (cursor === at) return []
      const known = recent.findLastIndex((entry) => entry.cursor === cursor)
      if (known >= 0) return recent.slice(known + 1)
      const mark = marks.get(cursor)
      return mark === undefined || mark < first ? undefined : recent.slice(mark - first)
    },
    asking() {
      const from = first + recent.length
      const then = at === undefined ? undefined : era
      return ({ cursor }) => {
        if (then !== era) return
        marks.set(cursor, from)
        for (const oldest of marks.keys()) if (marks.size > MARKS) marks.delete(oldest)
      }
    },
  }
}
