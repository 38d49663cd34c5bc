/**
 * A list of threads, divided by the day of their last activity: Today, Yesterday, Previous 7 days, then by month.
 *
 * Owns: which day belongs to which group, on the reader's calendar. Does not know: React, what a thread is besides its
 * time.
 */

export interface DateGroup<T> {
  readonly title: string
  readonly items: readonly T[]
}

interface Dated {
  /** ISO 8601 UTC. */
  readonly updatedAt: string
}

const DAY_MS = 86_400_000

/** Keeps the order of the list. `timeZone`: an IANA name; this machine's if absent. `now`: milliseconds since 1970. */
export function groupedByDate<T extends Dated>(
  threads: readonly T[],
  now: number,
  timeZone?: string,
): readonly DateGroup<T>[] {
  const dayOf = calendar(timeZone)
  const today = dayOf(now)
  const groups = new Map<string, T[]>()
  for (const thread of threads) {
    const title = titleOf(dayOf(Date.parse(thread.updatedAt)), today)
    const group = groups.get(title)
    if (group) group.push(thread)
    else groups.set(title, [thread])
  }
  return [...groups].map(([title, items]) => ({ title, items }))
}

/** Of a moment: its date on the calendar, `2026-11-30`. Undefined for what is not a time: stored data may be broken. */
export function calendar(timeZone?: string): (at: number) => string | undefined {
  const { format } = new Intl.DateTimeFormat('en-CA', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    ...(timeZone !== undefined && { timeZone }),
  })
  return (at) => (Number.isNaN(at) ? undefined : format(at))
}

const MONTH = new Intl.DateTimeFormat('en', { month: 'long', timeZone: 'UTC' })

/** Dates are compared as dates, so that days of 23 or 25 hours count as one. */
function titleOf(day: string | undefined, today: string | undefined): string {
  if (day === undefined || today === undefined) return 'Earlier'
  const days = Math.round((Date.parse(today) - Date.parse(day)) / DAY_MS)
  // A server whose clock is ahead of this machine's is not in tomorrow.
  if (days <= 0) return 'Today'
  if (days === 1) return 'Yesterday'
  if (days <= 7) return 'Previous 7 days'
  const month = MONTH.format(Date.parse(day))
  const year = day.slice(0, -6)
  return today.startsWith(`${year}-`) ? month : `${month} ${year}`
}
