/**
 * The execution of one run: what this process keeps of it from claim to end. Does not know: the order of steps
 * (execute.ts, listen.ts, ending.ts).
 *
 * An agent may think for long, and many do at once. So an execution is one record, the functions on it are shared by
 * all runs, and what is needed only for output or for the end is created then.
 */
import type { TokenUsage } from '@ag-ui/core'
import type { Attention, Clock, Outcome, RecorderLimits } from '@holdfast/core'
import type { SignalGuard } from '../agents/agent-signal.ts'
import type { AgentCatalogue } from '../agents/port.ts'
import type { Claim, Lease, LeaseState, LogReader, RunWork } from '../store/port.ts'
import type { TenantThread } from '../store/tenant-thread.ts'
import type { AgentCall } from './agent-call.ts'
import type { Backoff } from './backoff.ts'
import type { Deadlines, Watched } from './deadlines.ts'
import type { FlushTick } from './flush-tick.ts'
import type { EngineLog } from './log.ts'
import { childOf, requestStop, type Stop, type Stoppable } from './request-stop.ts'
import { createRunLog, type RunLog } from './run-log.ts'

/** What all runs of an engine share. */
export interface RunParts {
  readonly work: Pick<RunWork, 'append' | 'end' | 'renew'>
  readonly reader: LogReader
  readonly catalogue: AgentCatalogue
  readonly clock: Clock
  readonly tick: FlushTick
  readonly gatherMs: number
  readonly backoff: Backoff
  readonly limits: RecorderLimits
  readonly deadlines: Deadlines<RunExecution>
  /** Shares one copy of a value among runs (intern.ts). */
  readonly intern: <Value>(value: Value) => Value
  readonly cancelGraceMs: number
  /** For agents that ask for it. */
  readonly attention: (thread: TenantThread) => Attention
  /** The ids of people who have the thread in a focused window now. */
  readonly attendedBy: (thread: TenantThread) => readonly string[]
  readonly guardSignal: SignalGuard<Lease>
  /** Whether a run fails if its agent names another run. Otherwise such an event is only logged and dropped. */
  readonly strict: boolean
  readonly log: EngineLog
  /** Called once per run. `outcome` is undefined if this process did not end it. */
  readonly onEnded: (run: RunExecution, outcome: Outcome | undefined) => void
}

/** The part of a claim that is needed while the run executes. */
export type ClaimedRun = Pick<Claim, 'lease' | 'agentId' | 'owner' | 'input'>

export interface RunExecution extends ClaimedRun, Stoppable, Watched {
  readonly parts: RunParts
  /** `ending`: from now on only the store's answer to `end` counts. */
  phase: 'beginning' | 'listening' | 'leaving' | 'ending'
  /** Undefined until the agent is called. */
  call: AgentCall | undefined
  since: number
  waitingSince: number | undefined
  /** Events that the agent has sent. */
  said: number
  /** Usage that the agent has reported. */
  usage: readonly TokenUsage[]
  /** When the lease ends as far as this process knows, on its clock. */
  leaseUntil: number
  /** This process is closing and waits for nothing any more. */
  closing: boolean
  /** Cuts the current wait short. */
  cutWait: () => void
  /** Ends the listening when a stop is requested during it. */
  stopListening: (run: RunExecution) => void
  runLog: RunLog | undefined
}

const NO_USAGE: RunExecution['usage'] = []
const NOTHING = () => {}

export function createExecution(parts: RunParts, claim: ClaimedRun, leaseUntil: number): RunExecution {
  const { intern } = parts
  return {
    parts,
    lease: { ...claim.lease, tenantId: intern(claim.lease.tenantId), roomId: intern(claim.lease.roomId) },
    agentId: intern(claim.agentId),
    owner: intern(claim.owner),
    input: claim.input,
    controller: new AbortController(),
    stop: undefined,
    children: undefined,
    phase: 'beginning',
    call: undefined,
    since: 0,
    waitingSince: undefined,
    said: 0,
    usage: NO_USAGE,
    leaseUntil,
    closing: false,
    cutWait: NOTHING,
    stopListening: NOTHING,
    runLog: undefined,
  }
}

/** The run's log, created with the first event. */
export function runLogOf(run: RunExecution): RunLog {
  run.runLog ??= createRunLog(run.parts, run, {
    stopRun: (stop) => stopRun(run, stop),
    hear: (state) => applyLeaseState(run, state),
    leaseUntil: () => run.leaseUntil,
  })
  return run.runLog
}

/** Asks the agent to stop, and no longer listens to it. */
export function stopRun(run: RunExecution, stop: Stop): void {
  requestStop(run, stop)
  run.runLog?.writer.refuse(run.controller.signal.reason)
  if (run.phase === 'listening') run.stopListening(run)
}

/** The signal of one sub-agent, guarded like the run's own. */
export function childController(run: RunExecution, subagentRunId: string): AbortController {
  return childOf(run, subagentRunId, (signal) => run.parts.guardSignal(signal, run.lease))
}

/** Asks one sub-agent to stop. Its parent continues. */
export function stopChild(run: RunExecution, subagentRunId: string): void {
  const child = childController(run, subagentRunId)
  child.abort(new DOMException('The sub-agent was stopped.', 'AbortError'))
}

/** Applies the store's answer about the lease. */
export function applyLeaseState(run: RunExecution, state: LeaseState): void {
  switch (state.type) {
    case 'running':
      for (const subagentRunId of state.stoppedChildren ?? []) stopChild(run, subagentRunId)
      break
    case 'cancelling':
      stopRun(run, { type: 'cancel', cancel: state.cancel })
      break
    case 'lost':
      stopRun(run, { type: 'lost' })
  }
}

/** Waits before the next attempt, after `attempt` (from 0) met a faulty store. */
export async function waitForStore(run: RunExecution, attempt: number): Promise<void> {
  const { backoff } = run.parts
  const { over, cut } = backoff.wait(backoff.delay(attempt))
  run.cutWait = cut
  await over
}

/**
 * Attempts that a closing process still makes in a broken store, before it leaves the run to the process that settles
 * orphans.
 */
export const LAST_TRIES = 3
