/**
 * One run's calls of the provider, from the first to the one that is answered. Owns: how long it has waited in total,
 * and what it wrote to the log about that. Does not know: what is asked, what is answered, who else waits (`gate.ts`).
 */
import type { Event } from '@ag-ui/core'
import type { Clock } from '@holdfast/core'
import type { AgentContext } from '../port.ts'
import { sleep } from '../sleep.ts'
import { failureOf } from './failures.ts'
import type { Gate } from './gate.ts'
import { type Refusal, refusalOf, toldToOthers, type WaitLimits, waitedEnough, waitingEvent } from './waiting.ts'

export type ModelGate = Gate<Pick<Refusal, 'reason' | 'isAsked' | 'failure'>>

export interface ApproachOptions {
  readonly gate: ModelGate
  readonly context: Pick<AgentContext, 'attention' | 'signal'>
  readonly clock: Clock
  readonly limits: WaitLimits
  /** When the answer must be complete, on the clock. */
  readonly until: number
  readonly random: () => number
}

export interface Approach {
  /**
   * Returns when call number `attempt` may be made, and reports what it waits for. Throws once it has waited long
   * enough.
   */
  turn(attempt: number): AsyncGenerator<Event, void>
  /** The provider has started to answer. */
  taken(): void
  /** Call number `attempt` failed before any output. Returns if it may be repeated after a wait; throws if not. */
  failed(error: unknown, attempt: number): AsyncGenerator<Event, void>
  leave(): void
}

export function createApproach({ gate, context, clock, limits, until, random }: ApproachOptions): Approach {
  const { signal } = context
  const place = gate.place(context.attention)
  let waited = 0
  /** Until when it waits, as written to the log. */
  let said: number | undefined

  const left = (now: number) => Math.min(limits.maxWaitMs - waited, until - now)

  return {
    async *turn(attempt) {
      const since = clock.now()
      place.stand(since + left(since))
      for (;;) {
        const news = await place.news(signal)
        if (news.type === 'go') break
        if (news.type === 'too_long') throw waitedEnough(news.why, news.ms)
        if (news.until === said) continue
        said = news.until
        yield waitingEvent(news.why, news.until, attempt, limits, clock.now())
      }
      waited += clock.now() - since
    },
    taken: place.answered,
    async *failed(error, attempt) {
      const now = clock.now()
      const refusal = refusalOf(error, attempt, now, random())
      if (!refusal) throw failureOf(error)
      const { ms, isShared } = refusal
      // A wait that is too long for any run does not shut the gate: each run fails on its own.
      if (isShared && ms <= limits.maxWaitMs) place.refused(ms, toldToOthers(refusal))
      if (attempt >= limits.maxAttempts || ms > left(now)) throw waitedEnough(refusal, ms)
      if (!isShared) place.leave()
      said = now + ms
      yield waitingEvent(refusal, said, attempt + 1, limits, now)
      if (isShared) return
      await sleep(clock, ms, signal)
      waited += ms
    },
    leave: place.leave,
  }
}
