/**
 * Asks the store every few seconds to settle what has become due: questions expire, old steps are pruned. Does not
 * know: what is due, and when.
 */
import type { Clock } from '@holdfast/core'
import type { RunWork } from '../store/port.ts'
import { storeFault } from './fault.ts'
import type { EngineLog } from './log.ts'

export interface DueLoop {
  start(): void
  /** Resolves when the last request has been answered. */
  stop(): Promise<void>
}

export interface DueLoopOptions {
  readonly work: Pick<RunWork, 'settleDue'>
  readonly clock: Clock
  readonly keepStepsMs: number | undefined
  readonly log: EngineLog
}

/** A question leaves the lists at most this long after its time. */
const LOOK_MS = 5_000

export function createDueLoop({ work, clock, keepStepsMs, log }: DueLoopOptions): DueLoop {
  let asking = Promise.resolve()
  let stopped = false
  let undo = () => {}

  async function ask(): Promise<void> {
    try {
      for (let more = true; more && !stopped; ) {
        const { expired, pruned } = await work.settleDue(keepStepsMs)
        more = expired + pruned > 0
      }
    } catch (error) {
      log(storeFault('due', error))
    }
    if (!stopped) undo = clock.schedule(LOOK_MS, look)
  }

  function look(): void {
    asking = ask()
  }

  return {
    start: look,
    async stop() {
      stopped = true
      undo()
      await asking
    },
  }
}
