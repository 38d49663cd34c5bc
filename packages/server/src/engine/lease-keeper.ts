/**
 * Renews the leases of this process's runs and settles orphans of processes that no longer renew theirs. Passes the
 * store's answer to each run. Does not know: what a run does with it.
 *
 * Renewing comes before settling: a process that slept for a while keeps its own runs if nobody else took them.
 */
import type { Clock } from '@holdfast/core'
import type { LeaseState, RunWork } from '../store/port.ts'
import { hearOfLease } from './execute.ts'
import { storeFault } from './fault.ts'
import type { EngineLog } from './log.ts'
import type { RunExecution } from './run-execution.ts'

export interface LeaseKeeper {
  start(): void
  /** Renews one run now, because a cancel was announced. */
  check(run: RunExecution): void
  /** Resolves when all requests have been answered. */
  stop(): Promise<void>
}

export interface LeaseKeeperOptions {
  readonly work: Pick<RunWork, 'renew' | 'settleOrphans'>
  readonly clock: Clock
  readonly leaseMs: number
  readonly maxResumes: number | undefined
  readonly runs: () => Iterable<RunExecution>
  readonly log: EngineLog
}

/** So a lease survives two failed beats. */
const BEATS_A_LEASE = 3
/** The rate after a failed beat. */
const HASTY_BEATS_A_LEASE = 15

export function createLeaseKeeper({ work, clock, leaseMs, maxResumes, runs, log }: LeaseKeeperOptions): LeaseKeeper {
  const asked = new Set<Promise<boolean>>()
  let stopped = false
  let undoBeat = () => {}

  async function renew(kept: readonly RunExecution[]): Promise<boolean> {
    if (kept.length === 0) return true
    const now = clock.now()
    let states: readonly LeaseState[]
    try {
      states = await work.renew(
        kept.map((run) => run.lease),
        leaseMs,
      )
    } catch (error) {
      log(storeFault('renew', error))
      return false
    }
    for (const [index, run] of kept.entries()) {
      const state = states[index]
      if (state) hearOfLease(run, state, now + leaseMs)
    }
    return true
  }

  async function settle(): Promise<boolean> {
    try {
      const count = await work.settleOrphans('expired', maxResumes)
      if (count > 0) log({ type: 'orphans_settled', count })
      return true
    } catch (error) {
      log(storeFault('settle', error))
      return false
    }
  }

  async function beat(): Promise<boolean> {
    const kept = (await renew([...runs()])) && (await settle())
    if (!stopped) undoBeat = clock.schedule(leaseMs / (kept ? BEATS_A_LEASE : HASTY_BEATS_A_LEASE), onBeat)
    return kept
  }

  function track(asking: Promise<boolean>): void {
    asked.add(asking)
    void asking.finally(() => asked.delete(asking))
  }

  function onBeat(): void {
    track(beat())
  }

  return {
    start() {
      undoBeat = clock.schedule(leaseMs / BEATS_A_LEASE, onBeat)
    },
    check(run) {
      track(renew([run]))
    },
    async stop() {
      stopped = true
      undoBeat()
      await Promise.all(asked)
    },
  }
}
