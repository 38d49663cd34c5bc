/**
 * How a run ends in this process when its agent is done or no longer listened to. The agent is left, its last events
 * are written together with the run's end, or the lease is released for another process to continue. Does not know:
 * what the agent is.
 */
import type { TokenUsage } from '@ag-ui/core'
import type { Outcome } from '@holdfast/core'
import { isGone } from '../store/fault.ts'
import { stopOutcome } from '../store/run-record.ts'
import { leaveAgent } from './agent-call.ts'
import { storeFault } from './fault.ts'
import { finish } from './finish.ts'
import type { Stop } from './request-stop.ts'
import { LAST_TRIES, type RunExecution, runLogOf, stopRun, waitForStore } from './run-execution.ts'

export type Heard =
  | { readonly type: 'outcome'; readonly outcome: Outcome; readonly usage?: readonly TokenUsage[] }
  /** A stop was requested: see `run.stop`. */
  | { readonly type: 'stopped' }

/** Call once. Never rejects. */
export async function end(run: RunExecution, heard: Heard): Promise<void> {
  run.phase = 'leaving'
  run.parts.deadlines.forget(run)
  let outcome: Outcome | undefined
  try {
    await leave(run)
    outcome = await endRun(run, heard)
  } catch (error) {
    abandon(run, error)
    return
  }
  run.parts.onEnded(run, outcome)
}

/** After a fault of the engine itself: the run is left to the process that settles orphans. */
export function abandon(run: RunExecution, error: unknown): void {
  const { deadlines, log, onEnded } = run.parts
  run.phase = 'ending'
  deadlines.forget(run)
  stopRun(run, { type: 'lost' })
  log({ type: 'run_broke', lease: run.lease, error })
  onEnded(run, undefined)
}

/** Only a cancelled agent is waited for: it may still be closing a socket, or doing something that costs money. */
async function leave(run: RunExecution): Promise<void> {
  if (!run.call) return
  const { cancelGraceMs, clock, log } = run.parts
  const waited = run.stop?.type === 'cancel' && !run.closing
  const { gone, cut } = leaveAgent(run.call, clock, waited ? cancelGraceMs : 0)
  if (!waited) return
  run.cutWait = cut
  const { stopped, late } = await gone
  if (!stopped || late > 0) log({ type: 'agent_left_behind', lease: run.lease, lateEvents: late, stopped })
}

/** Undefined: this process did not end the run. */
async function endRun(run: RunExecution, heard: Heard): Promise<Outcome | undefined> {
  const { work, log } = run.parts
  const { lease } = run
  const { recorder, writer } = runLogOf(run)
  const unwritten = await writer.close()
  run.phase = 'ending'
  const stop = run.stop
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
    attendedBy: () => run.parts.attendedBy(lease),
    again: (error, attempt) => again(run, error, attempt),
  })
  if (recorder.passedOver.size > 0) log({ type: 'agent_passed_over', lease, events: recorder.passedOver })
  if (ended === 'lost') log({ type: 'lease_lost', lease })
  return typeof ended === 'string' ? undefined : ended
}

/**
 * Writes everything known and releases the lease so that another process continues the run. If a cancel was
 * acknowledged, the run ends here instead.
 */
async function release(run: RunExecution, unwritten: readonly string[]): Promise<Outcome | 'released' | undefined> {
  const { work, log } = run.parts
  const { lease } = run
  try {
    const said = await work.append(lease, [...unwritten, ...runLogOf(run).recorder.take()])
    if (said.type === 'lost') return undefined
    if (said.type === 'cancelling') return stopOutcome(said.cancel)
    await work.renew([lease], 0)
  } catch (error) {
    log(storeFault('append', error, lease))
  }
  return 'released'
}

async function again(run: RunExecution, error: unknown, attempt: number): Promise<boolean> {
  const fault = storeFault('end', error, run.lease)
  run.parts.log(fault)
  if (isGone(fault.code) || (run.closing && attempt >= LAST_TRIES)) return false
  await waitForStore(run, attempt)
  return true
}

/** Undefined: the lease is lost, and another process decides how the run ends. */
function outcomeOf(heard: Heard, stop: Stop | undefined): Outcome | undefined {
  if (stop?.type === 'lost') return undefined
  if (stop?.type === 'cancel') return stopOutcome(stop.cancel)
  // An agent that finished before the stop was requested has finished.
  if (heard.type === 'outcome') return heard.outcome
  return stop?.type === 'fail' ? { type: 'failed', ...stop.failure } : undefined
}
