/**
 * The runs of a period, a page at a time: the newest, and earlier ones on request.
 *
 * Owns: what was answered, and whether that is all. Does not know: React, when to request again.
 *
 * Invariants: the newest answer about a run counts; a run that was shown live is refreshed until its end is known, and
 * stays while any part of it lies in the period; between the first and the last run held, none is missing.
 */
import type { RunPageQuery } from '@holdfast/client'
import { isEnded, keyString, type List, type RunInThread } from '@holdfast/core'

const PAGE = 200

export interface RunPages {
  /** Asks again, at this time (milliseconds since 1970). */
  refresh(now: number): Promise<void>
  /** Adds a page of earlier ones. */
  loadEarlier(): Promise<void>
  /** Those accepted in the time that is looked at, and those shown before of which some still lies in it. Newest first. */
  readonly runs: readonly RunInThread[]
  /** Whether there are earlier ones in this time. */
  readonly more: boolean
}

/** `lastMs`: how far back is looked. */
export function createRunPages(ask: (query: RunPageQuery) => Promise<List<RunInThread>>, lastMs: number): RunPages {
  let known = new Map<string, RunInThread>()
  /** Where the earlier runs start; absent if there are none. */
  let next: string | undefined
  /** Where the time that is looked at begins, and the runs that are asked for. */
  let from = 0
  let since = 0

  const page = (query: RunPageQuery) => ask({ since: new Date(since).toISOString(), limit: PAGE, ...query })
  const isOver = (run: RunInThread) => isEnded(run) && Date.parse(run.endedAt) < from
  const take = (items: readonly RunInThread[]) => {
    for (const run of items) if (!isOver(run)) known.set(nameOf(run), run)
  }

  return {
    async refresh(now) {
      from = now - lastMs
      for (const [name, run] of known) if (isOver(run)) known.delete(name)
      since = from
      for (const { acceptedAt } of known.values()) since = Math.min(since, Date.parse(acceptedAt))
      const unseen = new Set([...known.values()].filter((run) => !isEnded(run)).map(nameOf))
      let answer = await page({})
      // So many runs started since that the page does not reach the known ones.
      if (!answer.items.some((run) => known.has(nameOf(run)))) {
        known = new Map()
        unseen.clear()
        next = answer.next
      }
      for (;;) {
        take(answer.items)
        for (const run of answer.items) unseen.delete(nameOf(run))
        if (answer.next === undefined) next = undefined
        if (answer.next === undefined || unseen.size === 0) break
        answer = await page({ before: answer.next })
      }
    },
    async loadEarlier() {
      const before = next
      if (before === undefined) return
      const answer = await page({ before })
      // Reloaded meanwhile, or complete.
      if (next !== before) return
      take(answer.items)
      next = answer.next
    },
    get runs() {
      return [...known.values()].toSorted((one, other) => other.acceptedAt.localeCompare(one.acceptedAt))
    },
    get more() {
      return next !== undefined
    },
  }
}

function nameOf(run: RunInThread): string {
  return `${keyString(run)}/${run.runId}`
}
