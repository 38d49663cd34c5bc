/** Takes up a run that another process had begun. Does not know: whether its agent can go on with it. */
import type { AgentContext } from '../agents/port.ts'
import { DriftError, MIXED_UP } from './drift.ts'
import { storeFault } from './fault.ts'
import { readOwnEvents } from './own-log.ts'
import { LAST_TRIES, type RunExecution, runLogOf, stopRun, waitForStore } from './run-execution.ts'

/**
 * Reads the events that the run had written and feeds them to its recorder. Returns none if a stop was requested
 * instead.
 */
export async function resumeRun(run: RunExecution, firstSeq: number): Promise<NonNullable<AgentContext['resumed']>> {
  const { parts, lease, owner } = run
  // A run is claimed under epoch 1 first, and each take-over raises it.
  const times = lease.epoch - 1
  for (let attempt = 0; ; attempt++) {
    try {
      const events = await readOwnEvents(parts.reader, owner, lease, firstSeq)
      const verdict = runLogOf(run).recorder.resume(events)
      if (verdict.type === 'refused') stopRun(run, { type: 'fail', failure: verdict.failure })
      parts.log({ type: 'run_resumed', lease, events: events.length })
      return { events, times }
    } catch (error) {
      if (error instanceof DriftError) {
        parts.log({ type: 'address_drift', lease, ...error.drift })
        stopRun(run, { type: 'fail', failure: MIXED_UP })
        return { events: [], times }
      }
      parts.log(storeFault('resume', error, lease))
      // Without these events nothing can be closed, so the run is left to the process that settles orphans.
      if (attempt + 1 >= LAST_TRIES || run.closing) stopRun(run, { type: 'lost' })
      if (run.stop?.type === 'lost') return { events: [], times }
      await waitForStore(run, attempt)
    }
  }
}
