/**
 * A run as anyone outside may see it (docs/PROTOCOL.md, `GET …/runs/{runId}`): one union arm per stage of life, each
 * with only its own fields.
 */
import type { TokenUsage } from '@ag-ui/core'
import type { Outcome, OutcomeType } from './outcome.ts'

interface RunCommon {
  readonly runId: string
  readonly agentId: string
  /** The message this run answers; absent in a thread without messages. */
  readonly parentId?: string
  /** The ended run whose question this one answers again. */
  readonly retryOf?: string
  /** The run whose interrupts or tool calls this one answers. */
  readonly continues?: string
  /** ISO 8601 UTC. */
  readonly acceptedAt: string
}

export interface QueuedRun extends RunCommon {
  readonly status: 'queued'
  /** 1 = the next to start. */
  readonly position?: number
}

/** Its provider, or its agent, takes nothing for now; `attempt`, of so many, is the call that comes next. */
export interface ProviderWait {
  /** `busy`: a remote agent is still at an earlier run of the thread. */
  readonly reason: 'rate_limited' | 'unavailable' | 'busy'
  /** ISO 8601 UTC. */
  readonly until: string
  readonly attempt: number
  readonly maxAttempts: number
}

export interface LiveRun extends RunCommon {
  readonly status: 'running' | 'cancelling'
  /** Absent while a cancel is on its way to a run that had not started. */
  readonly startedAt?: string
  /** Between the run's last AG-UI event and its `run.ended`. */
  readonly usage?: readonly TokenUsage[]
  /** Only in what a log folds to. */
  readonly waiting?: ProviderWait
}

export interface EndedRun extends RunCommon {
  readonly status: OutcomeType
  readonly outcome: Outcome
  readonly startedAt?: string
  readonly endedAt: string
  readonly usage?: readonly TokenUsage[]
}

export type Run = QueuedRun | LiveRun | EndedRun
export type RunStatus = Run['status']

export function isEnded(run: Run): run is EndedRun {
  return run.status !== 'queued' && run.status !== 'running' && run.status !== 'cancelling'
}
