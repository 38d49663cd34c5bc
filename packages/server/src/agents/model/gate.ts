/**
 * The gate in front of one provider. While the provider refuses everyone, all runs wait together instead of calling it
 * one by one. When the wait is over, runs of threads on screen go first (`line.ts`).
 *
 * Owns: until when it is shut, which runs wait, which one goes next. Does not know: HTTP, what a refusal looks like (`Why`
 * is passed on unread), how often a run may call.
 *
 * Invariants:
 * - While open, it lets every run through at once: no run waits for another.
 * - While shut, it lets no run through before the provider's time is over. Then one run probes. Each answered run lets
 *   two more go, so only few meet a limit that still exists. If refused again, the gate shuts again for all.
 * - A provider refuses quickly, so a run that was not refused within TAKEN_MS counts as answered. No run waits behind a
 *   slow answer.
 * - No run waits longer than it wants to. A run that leaves is removed at once, and the next one gets its turn.
 * - While no run waits, there is no timer (I10).
 */
import type { Attention, Clock } from '@holdfast/core'
import { longestStanding, nextInLine } from './line.ts'

export const TAKEN_MS = 2_000

export type News<Why> =
  /** Go: call the provider, then report its answer. */
  | { readonly type: 'go' }
  /** Not before `until`, on the clock. That may be in the past while other runs go first. */
  | { readonly type: 'wait'; readonly until: number; readonly why: Why }
  /** The wait would be, or was, longer than this run accepts. The provider's own wait ends in `ms`. */
  | { readonly type: 'too_long'; readonly ms: number; readonly why: Why }

/** One run at the gate. It keeps its place in the order of arrival, however often it is refused. */
export interface Place<Why> {
  /** Joins the line or goes through; `news` says which. `until`: how long it accepts to wait, on the clock. */
  stand(until: number): void
  /** The next news for a waiting run. Rejects with the signal's reason; the run has then left. */
  news(signal: AbortSignal): Promise<News<Why>>
  /** The provider accepted the call. */
  answered(): void
  /** The provider accepts no calls for this many milliseconds. */
  refused(ms: number, why: Why): void
  /** Leaves the gate. Idempotent. */
  leave(): void
}

export interface Gate<Why> {
  place(attention: () => Attention): Place<Why>
}

interface Member<Why> {
  readonly order: number
  overtaken: number
  readonly attention: () => Attention
  /** How long it accepts to wait. */
  until: number
  news: News<Why> | undefined
  wake: () => void
}

export function createGate<Why>(clock: Clock): Gate<Why> {
  /** Absent: open. Kept beyond its end as long as runs wait, or may still be refused. */
  let shut: { readonly until: number; readonly why: Why } | undefined
  const line = new Set<Member<Why>>()
  /** Runs that went since, when, and may still be refused. */
  const trying = new Map<Member<Why>, number>()
  /** How many more runs may go. */
  let turns = 0
  let arrived = 0
  let undoTimer = () => {}

  function tell(member: Member<Why>, news: News<Why>): void {
    member.news = news
    member.wake()
  }

  function go(member: Member<Why>): void {
    line.delete(member)
    tell(member, { type: 'go' })
  }

  /**
   * Tells a waiting run how long it waits. If that is longer than it accepts, the run learns that and leaves the line.
   */
  function tellWait(member: Member<Why>, { until, why }: NonNullable<typeof shut>): void {
    if (until > member.until) turnAway(member, until, why)
    else tell(member, { type: 'wait', until, why })
  }

  function turnAway(member: Member<Why>, until: number, why: Why): void {
    line.delete(member)
    tell(member, { type: 'too_long', ms: Math.max(0, until - clock.now()), why })
  }

  /** A run that went was answered: it overtook the runs that came before it. */
  function served(member: Member<Why>): void {
    if (!trying.delete(member)) return
    turns += 2
    const longest = longestStanding(line)
    if (longest && longest.order < member.order) longest.overtaken += 1
  }

  /** Does everything that is due now: expires waits, gives turns, opens the gate. */
  function move(): void {
    undoTimer()
    if (!shut) return
    const now = clock.now()
    if (now >= shut.until) giveTurns(now)
    if (!shut) return
    for (const member of [...line]) if (member.until <= now) turnAway(member, shut.until, shut.why)
    plan(now)
  }

  function giveTurns(now: number): void {
    for (const [member, since] of [...trying]) if (now - since >= TAKEN_MS) served(member)
    if (trying.size === 0) turns = Math.max(turns, 1)
    for (; turns > 0; turns -= 1) {
      const next = nextInLine(line)
      if (!next) break
      trying.set(next, now)
      go(next)
    }
    if (line.size > 0 || trying.size > 0) return
    shut = undefined
    turns = 0
  }

  /** One timer for the next event, while any run waits. */
  function plan(now: number): void {
    if (!shut || line.size === 0) return
    let due = Math.min(...[...line].map(({ until }) => until))
    if (now < shut.until) due = Math.min(due, shut.until)
    else for (const since of trying.values()) due = Math.min(due, since + TAKEN_MS)
    undoTimer = clock.schedule(due - now, move)
  }

  function place(attention: () => Attention): Place<Why> {
    const member: Member<Why> = {
      order: ++arrived,
      overtaken: 0,
      attention,
      until: 0,
      news: undefined,
      wake: () => {},
    }

    function leave(): void {
      if (line.delete(member) || trying.delete(member)) move()
    }

    return {
      stand(until) {
        leave()
        member.until = until
        member.news = undefined
        // No run waited for a while, so the gate may have been open for long.
        move()
        if (!shut) {
          go(member)
          return
        }
        line.add(member)
        tellWait(member, shut)
        move()
      },
      async news(signal) {
        if (!member.news) {
          const { promise, resolve, reject } = Promise.withResolvers<void>()
          const abort = () => {
            leave()
            reject(signal.reason)
          }
          signal.addEventListener('abort', abort, { once: true })
          member.wake = resolve
          try {
            if (signal.aborted) abort()
            await promise
          } finally {
            signal.removeEventListener('abort', abort)
            member.wake = () => {}
          }
        }
        const { news } = member
        member.news = undefined
        if (!news) throw new Error('A place in the gate was woken without news.')
        return news
      },
      answered() {
        served(member)
        move()
      },
      refused(ms, why) {
        const now = clock.now()
        line.delete(member)
        trying.delete(member)
        // This run went before the gate shut, so it is shut for long enough already.
        if (shut && shut.until > now && shut.until >= now + ms) return
        shut = { until: now + ms, why }
        // Runs that went together with it are most likely refused as well. Their answers say nothing about the time
        // after.
        trying.clear()
        turns = 0
        for (const other of [...line]) tellWait(other, shut)
        move()
      },
      leave,
    }
  }

  return { place }
}
