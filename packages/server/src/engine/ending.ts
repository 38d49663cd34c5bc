/**
 * How a run ends here, once its agent is done or was left: its last words written and its end with them, or the lease
 * let go for another process to go on. Does not know: what the agent is, or whether it still does anything.
 */
import type { Outcome } from '@holdfast/core'
import { stopOutcome } from '../store/run-record.ts'
import { storeFault } from './fault.ts'
import { finish } from './finish.ts'
import type { Heard } from './listen.ts'
import { LAST_TRIES, type RunInHand, scribeOf, waitForStore } from './run-in-hand.ts'
import type { Stop } from './stop-line.ts'

/** Undefined: it was not this process that ended the run. */
export async function endRun(run: RunInHand, heard: Heard): Promise<Outcome | undefined> {
  const { work, log } = run.parts
  const { lease } = run.claim
  const { recorder, writer } = scribeOf(run)
  const unwritten = await writer.close()
  run.phase = 'ending'
  const stop = run.line.stop()
  const outcome =
    stop?.type === 'release' && heard.type === 'stopped' ? await release(run, unwritten) : outcomeOf(heard, stop)
  if (outcome === 'released' || !outcome) {
    log({ type: outcome ? 'run_released' : 'lease_lost', lease })
    return undefined
  }
  const reported = (heard.type === 'outcome' && heard.usage) || run.usage
  const ended = await finish(outcome, {
    lease,
    end: work.end,
    recorder,
    unwritten,
    usage: reported.length > 0 ? reported : undefined,
    again: (error, attempt) => again(run, error, attempt),
  })
  if (ended === 'lost') log({ type: 'lease_lost', lease })
  return typeof ended === 'string' ? undefined : ended
}

/**
 * Writes what is known and lets go of the lease, for another process to go on. A run whose cancel was acknowledged
 * ends here all the same.
 */
async function release(run: RunInHand, unwritten: readonly string[]): Promise<Outcome | 'released' | undefined> {
  const { work, log } = run.parts
  const { lease } = run.claim
  try {
    const said = await work.append(lease, [...unwritten, ...scribeOf(run).recorder.take()])
    if (said.type === 'lost') return undefined
    if (said.type === 'cancelling') return stopOutcome(said.cancel)
    await work.renew([lease], 0)
  } catch (error) {
    log(storeFault('append', error, lease))
  }
  return 'released'
}

async function again(run: RunInHand, error: unknown, attempt: number): Promise<boolean> {
  const fault = storeFault('end', error, run.claim.lease)
  run.parts.log(fault)
  if (fault.code === 'storage_closed' || (run.closing && attempt >= LAST_TRIES)) return false
  await waitForStore(run, attempt)
  return true
}

/** Undefined: the lease is lost, and how the run ends is not ours to say. */
function outcomeOf(heard: Heard, stop: Stop | undefined): Outcome | undefined {
  if (stop?.type === 'lost') return undefined
  if (stop?.type === 'cancel') return stopOutcome(stop.cancel)
  // An agent that was done before the line was pulled was done.
  if (heard.type === 'outcome') return heard.outcome
  return stop?.type === 'fail' ? { type: 'failed', ...stop.failure } : undefined
}
