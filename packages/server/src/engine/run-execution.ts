/**
 * One run that this process carries out: what it keeps from its claim to its end. Does not know: in which order things
 * are done with it (execute.ts, listen.ts, ending.ts).
 *
 * An agent may think for long, and many do at once. So a run is one record, and what is done with it are functions that
 * all runs share; what is only needed once it speaks, or once it ends, is made then and not before.
 */
import type { TokenUsage } from '@ag-ui/core'
import type { Attention, Clock, Outcome, RecorderLimits, ThreadKey } from '@holdfast/core'
import type { AgentCatalogue } from '../agents/port.ts'
import type { Claim, Lease, LeaseState, LogReader, RunWork } from '../store/port.ts'
import type { AgentCall } from './agent-call.ts'
import type { SignalGuard } from './agent-signal.ts'
import type { Backoff } from './backoff.ts'
import type { Deadlines, Watched } from './deadlines.ts'
import type { FlushTick } from './flush-tick.ts'
import type { EngineLog } from './log.ts'
import { requestStop, type Stop, type Stoppable } from './request-stop.ts'
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
  /** For the agent to ask. */
  readonly attention: (key: ThreadKey) => Attention
  readonly guardSignal: SignalGuard<Lease>
  /** An agent that says it answers another run ends its own; otherwise that is only noted, and not taken. */
  readonly strict: boolean
  readonly log: EngineLog
  /** Told once of each run: how it ended, where it was this process that ended it. */
  readonly onOver: (run: RunExecution, outcome: Outcome | undefined) => void
}

/** Of its claim; the rest is of no use once it has begun. */
export type ClaimedRun = Omit<Claim, 'run' | 'resumed'>

export interface RunExecution extends ClaimedRun, Stoppable, Watched {
  readonly parts: RunParts
  /** `ending`: only what the store says to the end itself counts now. */
  phase: 'beginning' | 'listening' | 'leaving' | 'ending'
  /** Undefined until its agent is called. */
  call: AgentCall | undefined
  since: number
  waitingSince: number | undefined
  /** Events that its agent has said. */
  said: number
  /** What its agent has reported. */
  usage: readonly TokenUsage[]
  /** When the lease is over as far as this process knows, by its clock. */
  leaseUntil: number
  /** This process stops: nothing is waited for any more. */
  closing: boolean
  /** Ends the wait that the run is in. */
  cutWait: () => void
  /** Ends the listening, when the line is pulled in the middle of it. */
  stopListening: (run: RunExecution) => void
  runLog: RunLog | undefined
}

const NO_USAGE: RunExecution['usage'] = []
const NOTHING = () => {}

export function createExecution(parts: RunParts, claim: ClaimedRun, leaseUntil: number): RunExecution {
  const { intern } = parts
  return {
    parts,
    lease: { ...claim.lease, roomId: intern(claim.lease.roomId) },
    agentId: intern(claim.agentId),
    owner: intern(claim.owner),
    input: claim.input,
    controller: new AbortController(),
    stop: undefined,
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

/** The one that writes the run down, made when there is something to write. */
export function runLogOf(run: RunExecution): RunLog {
  run.runLog ??= createRunLog(run.parts, run, {
    stopRun: (stop) => stopRun(run, stop),
    hear: (state) => obey(run, state),
    leaseUntil: () => run.leaseUntil,
  })
  return run.runLog
}

/** Its agent is told to stop, and is not listened to any more. */
export function stopRun(run: RunExecution, stop: Stop): void {
  requestStop(run, stop)
  if (run.phase === 'listening') run.stopListening(run)
}

/** Does what the store says of the lease. */
export function obey(run: RunExecution, state: LeaseState): void {
  switch (state.type) {
    case 'running':
      break
    case 'cancelling':
      stopRun(run, { type: 'cancel', cancel: state.cancel })
      break
    case 'lost':
      stopRun(run, { type: 'lost' })
  }
}

/** Before the next try, after `attempt` (from 0) met a store with a fault. */
export async function waitForStore(run: RunExecution, attempt: number): Promise<void> {
  const { backoff } = run.parts
  const { over, cut } = backoff.wait(backoff.delay(attempt))
  run.cutWait = cut
  await over
}

/** Tries in a broken store that a closing process still makes; the rest is for who settles orphans. */
export const LAST_TRIES = 3
