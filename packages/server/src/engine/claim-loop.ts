/**
 * Takes queued runs as long as there is room. Owns: when to ask the store. Does not know: what a run is.
 *
 * One question is in flight at a time. A notice is only a hint to ask now: who hears none asks anyway, in its own time.
 */
import type { Clock } from '@holdfast/core'
import type { Claim, ClaimCaps, RunWork } from '../store/port.ts'
import type { Backoff } from './backoff.ts'

export interface ClaimLoop {
  /** There may be something to take. */
  wake(): void
  /** Asks no more; resolves once the last answer has come, and has been taken. */
  stop(): Promise<void>
}

export interface ClaimLoopOptions {
  readonly work: Pick<RunWork, 'claim'>
  readonly workerId: string
  readonly leaseMs: number
  readonly caps: ClaimCaps
  readonly pollMs: number
  readonly clock: Clock
  readonly backoff: Backoff
  /** How many more runs this process may carry out now. */
  readonly room: () => number
  /** `leaseUntil` is by this process's clock, and never later than by the store's. */
  readonly take: (claim: Claim, leaseUntil: number) => void
  readonly onFault: (error: unknown) => void
}

/** A claim is one transaction: many at once would make everybody else's wait. */
const CLAIMS_AT_ONCE = 32

export function createClaimLoop(options: ClaimLoopOptions): ClaimLoop {
  const { work, workerId, leaseMs, caps, pollMs, clock, backoff, room, take, onFault } = options
  let state: 'resting' | 'asking' = 'resting'
  let answered = Promise.resolve()
  let woken = false
  let stopped = false
  let failures = 0
  let undoPoll = () => {}

  async function ask(): Promise<void> {
    let delay = pollMs
    while (woken && !stopped) {
      woken = false
      const limit = Math.min(CLAIMS_AT_ONCE, room())
      if (limit <= 0) break
      const asked = clock.now()
      try {
        const claims = await work.claim({ workerId, limit, leaseMs, caps })
        failures = 0
        for (const claim of claims) take(claim, asked + leaseMs)
        if (claims.length === limit) woken = true
      } catch (error) {
        onFault(error)
        delay = backoff.delay(failures++)
        break
      }
    }
    // In the same turn as the last look at `woken`: a wake that comes from now on asks again.
    state = 'resting'
    if (!stopped) undoPoll = clock.schedule(delay, wake)
  }

  function wake(): void {
    if (stopped) return
    woken = true
    if (state === 'asking') return
    state = 'asking'
    undoPoll()
    answered = ask()
  }

  return {
    wake,
    async stop() {
      stopped = true
      undoPoll()
      await answered
    },
  }
}
