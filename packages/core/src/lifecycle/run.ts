/**
 * A run as the API shows it (docs/PROTOCOL.md, `GET …/runs/{runId}`): a union with one arm for each stage of its life.
 */
import type { TokenUsage } from '@ag-ui/core'
import type { Outcome, OutcomeType } from './outcome.ts'

interface RunCommon {
  readonly runId: string
  readonly agentId: string
  /** The message that this run answers. Absent in a thread without messages. */
  readonly parentId?: string
  /** The ended run that this run tries again. */
  readonly retryOf?: string
  /** The run whose interrupts or tool calls this run answers. */
  readonly continues?: string
  /** ISO 8601 UTC. */
  readonly acceptedAt: string
}

export interface QueuedRun extends RunCommon {
  readonly status: 'queued'
  /** 1 = the next to start. */
  readonly position?: number
}

/** The run waits because its provider or agent accepts nothing now. `attempt` is the next call's number. */
export interface ProviderWait {
  /** `busy`: a remote agent still works on an earlier run of the thread. */
  readonly reason: 'rate_limited' | 'unavailable' | 'busy'
  /** ISO 8601 UTC. */
  readonly until: string
  readonly attempt: number
  readonly maxAttempts: number
}

/** At least 80 % of the tokens that the run may use are used. */
export interface TokenBudget {
  readonly used: number
  readonly limit: number
}

/** How the questions of an interrupted run were resolved, all of them together. */
export type Resolution = 'answered' | 'cancelled' | 'expired'

export interface LiveRun extends RunCommon {
  readonly status: 'running' | 'cancelling'
  /** How often it has continued after a crash. Absent: never. */
  readonly resumed?: number
  /** Absent if the run was cancelled before it started. */
  readonly startedAt?: string
  /** Between the run's last AG-UI event and its `run.ended`. */
  readonly usage?: readonly TokenUsage[]
  /** Only in views that are folded from a log. */
  readonly waiting?: ProviderWait
  /** Only in views that are folded from a log, once the budget is almost used. */
  readonly budget?: TokenBudget
}

export interface EndedRun extends RunCommon {
  readonly status: OutcomeType
  readonly outcome: Outcome
  /** How often it has continued after a crash. Absent: never. */
  readonly resumed?: number
  /** `interrupted`: how its questions were resolved. Absent while one is open. */
  readonly resolved?: Resolution
  readonly startedAt?: string
  readonly endedAt: string
  readonly usage?: readonly TokenUsage[]
}

export type Run = QueuedRun | LiveRun | EndedRun
export type RunStatus = Run['status']

export function isEnded(run: Run): run is EndedRun {
  return run.status !== 'queued' && run.status !== 'running' && run.status !== 'cancelling'
}
