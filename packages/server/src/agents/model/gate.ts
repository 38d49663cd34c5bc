/**
 * The gate before one provider: while it refuses everybody for now, everybody waits together instead of asking it again
 * one by one, and when the wait is over those that are looked at go first (`line.ts`).
 *
 * Owns: until when it is shut, who stands, whose turn it is. Does not know: HTTP, what a refusal looks like (`Why` is
 * handed on unread), how often a run may ask.
 *
 * Invariants:
 * - Open, it lets everybody through at once: no run waits for another one.
 * - Shut, it lets nobody through before the provider's time is over. Then one goes and finds out; each that is answered
 *   lets two more go, so that a limit which is still there is met by few. Refused again, it is shut again, for all.
 * - A provider refuses quickly: who has not been refused TAKEN_MS after they went is taken for answered. So nobody
 *   stands behind an answer that is slow to come.
 * - Nobody stands for longer than they said they would. Whoever leaves is gone at once, and their turn is the next one's.
 * - Nobody stands: no timer (I10).
 */
import type { Attention, Clock } from '@holdfast/core'
import { longestStanding, nextInLine } from './line.ts'

export const TAKEN_MS = 2_000

export type News<Why> =
  /** Now: call the provider, then say what it said. */
  | { readonly type: 'go' }
  /** Not before `until`, by the clock; it may be over already, where others have their turn first. */
  | { readonly type: 'wait'; readonly until: number; readonly why: Why }
  /** Standing on would take, or has taken, longer than this one wants to; the provider's own wait is over in `ms`. */
  | { readonly type: 'too_long'; readonly ms: number; readonly why: Why }

/** One run before the provider. It keeps its place in the order of arrival however often it is refused. */
export interface Place<Why> {
  /** Takes a place in the line, or goes through; `news` says which. `until`: how long it wants to stand, by the clock. */
  stand(until: number): void
  /** The next thing to know for whoever stands. Rejects with the signal's reason, and has then left. */
  news(signal: AbortSignal): Promise<News<Why>>
  /** The provider has taken the call. */
  answered(): void
  /** The provider takes nobody's calls for so many milliseconds. */
  refused(ms: number, why: Why): void
  /** Neither stands nor calls any more. Twice is harmless. */
  leave(): void
}

export interface Gate<Why> {
  place(attention: () => Attention): Place<Why>
}

interface Member<Why> {
  readonly order: number
  overtaken: number
  readonly attention: () => Attention
  /** How long it wants to stand. */
  until: number
  news: News<Why> | undefined
  wake: () => void
}

export function createGate<Why>(clock: Clock): Gate<Why> {
  /** Absent: open. Kept beyond its time for as long as anybody stands, or may yet be refused. */
  let shut: { readonly until: number; readonly why: Why } | undefined
  const line = new Set<Member<Why>>()
  /** Who has gone since, and when, and may yet be refused. */
  const trying = new Map<Member<Why>, number>()
  /** How many more may go. */
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

  /** Tells one that stands how long; one that does not want to stand so long is told that, and stands no more. */
  function tellWait(member: Member<Why>, { until, why }: NonNullable<typeof shut>): void {
    if (until > member.until) turnAway(member, until, why)
    else tell(member, { type: 'wait', until, why })
  }

  function turnAway(member: Member<Why>, until: number, why: Why): void {
    line.delete(member)
    tell(member, { type: 'too_long', ms: Math.max(0, until - clock.now()), why })
  }

  /** One that went was answered: it has gone past whoever stood before it. */
  function served(member: Member<Why>): void {
    if (!trying.delete(member)) return
    turns += 2
    const longest = longestStanding(line)
    if (longest && longest.order < member.order) longest.overtaken += 1
  }

  /** Whatever is due now: places given up, turns given, the gate open. */
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

  /** One timer, for whatever is due next, while anybody stands. */
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
        // Nobody has stood here for a while: the gate may have been open for long.
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
        // One that had gone before the gate was shut: it is shut for long enough.
        if (shut && shut.until > now && shut.until >= now + ms) return
        shut = { until: now + ms, why }
        // Who went together with it is most likely refused as well; their answers say nothing of what comes after.
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
