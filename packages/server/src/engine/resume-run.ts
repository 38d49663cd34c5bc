/**
 * Reads what came before a run in this process: what another process had written of it, and the runs whose questions it
 * answers. Does not know: whether its agent can go on with that.
 */
import type { Claim } from '../store/port.ts'
import type { Before } from './agent-context.ts'
import { DriftError, MIXED_UP } from './drift.ts'
import { storeFault } from './fault.ts'
import { readChain, readOwnEvents } from './own-log.ts'
import { LAST_TRIES, type RunExecution, runLogOf, stopChild, stopRun, waitForStore } from './run-execution.ts'

const NOTHING: Before = {}

/** Nothing if a stop was requested instead. */
export async function readBefore(run: RunExecution, claim: Omit<Claim, 'lease'>): Promise<Before> {
  const { answers, continued, resumed } = claim
  if (!answers && !continued && !resumed) return NOTHING
  return {
    ...(answers && { answers }),
    ...(continued && { continued: { events: (await read(run, () => readChainOf(run, continued))) ?? [] } }),
    ...(resumed && { resumed: { events: (await read(run, () => takeUp(run, resumed))) ?? [], times: resumed.times } }),
  }
}

function readChainOf({ parts, owner, lease }: RunExecution, continued: NonNullable<Claim['continued']>) {
  return readChain(parts.reader, owner, lease, continued)
}

/** Feeds what the run had written to its recorder, and stops the sub-agents that were asked to stop. */
async function takeUp(run: RunExecution, { firstSeq, times }: NonNullable<Claim['resumed']>) {
  const { parts, lease, owner } = run
  const { events, stoppedChildren } = await readOwnEvents(parts.reader, owner, lease, firstSeq)
  const verdict = runLogOf(run).recorder.resume(events)
  if (verdict.type === 'refused') stopRun(run, { type: 'fail', failure: verdict.failure })
  for (const subagentRunId of stoppedChildren) stopChild(run, subagentRunId)
  parts.log({ type: 'run_resumed', lease, events: events.length, times })
  return events
}

/** Repeats the reading while the store is faulty. Undefined if the run was told to stop instead. */
async function read<Value>(run: RunExecution, reading: () => Promise<Value>): Promise<Value | undefined> {
  const { parts, lease } = run
  for (let attempt = 0; run.stop?.type !== 'lost'; attempt++) {
    try {
      return await reading()
    } catch (error) {
      if (error instanceof DriftError) {
        parts.log({ type: 'address_drift', lease, ...error.drift })
        stopRun(run, { type: 'fail', failure: MIXED_UP })
        return undefined
      }
      parts.log(storeFault('resume', error, lease))
      // Without these events nothing can be closed, so the run is left to the process that settles orphans.
      if (attempt + 1 >= LAST_TRIES || run.closing) stopRun(run, { type: 'lost' })
      else await waitForStore(run, attempt)
    }
  }
  return undefined
}
