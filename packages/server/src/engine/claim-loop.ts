/**
 * Claims queued runs while this process has room. Owns: when to ask the store. Does not know: what a run is.
 *
 * One request is in flight at a time. A notice is only a hint to ask now; without notices the loop polls.
 */
import type { Clock } from '@holdfast/core'
import type { Claim, ClaimCaps, RunWork } from '../store/port.ts'
import type { Backoff } from './backoff.ts'

export interface ClaimLoop {
  /** There may be a queued run. */
  wake(): void
  /** Stops asking. Resolves when the last answer has arrived and its runs were taken. */
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
  /** How many more runs this process may execute now. */
  readonly room: () => number
  /** `leaseUntil` is on this process's clock, and never later than on the store's. */
  readonly take: (claim: Claim, leaseUntil: number) => void
  readonly onFault: (error: unknown) => void
}

/** A claim is one transaction; a large one would delay every other write. */
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
    // In the same turn as the last check of `woken`, so that no wake in between is lost.
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
