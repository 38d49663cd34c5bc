/**
 * The part of PORT Store that executes runs: claim a run under a lease, write it, end it. Used by the engine. The rules for
 * adapters are in `port.ts`, which exports these types too.
 */
import type { Interrupt, ResumeEntry, RunAgentInput, TokenUsage } from '@ag-ui/core'
import type { Outcome, Run } from '@holdfast/core'
import type { Principal } from './principal.ts'
import type { StopRequest } from './run-record.ts'
import type { TenantRun } from './tenant-thread.ts'

/** The right to write a run until a given time on the store's clock. `epoch` proves that the right is still held. */
export interface Lease extends TenantRun {
  readonly epoch: number
}

export interface Claim {
  readonly lease: Lease
  readonly run: Run
  readonly agentId: string
  readonly owner: Principal
  /** The agent's whole input. `messages` is the path to the run's own messages, fixed at its RUN_STARTED. */
  readonly input: RunAgentInput
  /** Present if the run answers questions: each question, with the person's answer. */
  readonly answers?: readonly Answered[]
  /**
   * With `answers`: the run that asked, and before it each interrupted run whose questions the next one of the list
   * answered, oldest first. Their records in the thread's log begin at `firstSeq`.
   */
  readonly continued?: Chain
  /**
   * Present if another worker had begun this run: continue from its records in the thread's log, which begin at
   * `firstSeq`. `times` is how often it has been resumed after a crash,
   * counting this time: a run that its worker released in an orderly stop continues without being counted.
   */
  readonly resumed?: { readonly firstSeq: number; readonly times: number }
}

export interface Answered {
  readonly interrupt: Interrupt
  readonly answer: ResumeEntry
}

/** Runs that continue one another, oldest first, and the position of the first one's acceptance. */
export interface Chain {
  readonly firstSeq: number
  readonly runIds: readonly string[]
}

/** The state of a lease; an engine obeys it. `lost`: another worker owns the run, or it has ended (I12). */
export type LeaseState =
  | {
      readonly type: 'running'
      /** The sub-agents that a person has asked to stop while the run goes on. Absent: none. */
      readonly stoppedChildren?: readonly string[]
    }
  | { readonly type: 'cancelling'; readonly cancel: StopRequest }
  | { readonly type: 'lost' }

export interface RunEnd {
  /** The JSON of the agent events that close what is open, ending with the one RUN_FINISHED or RUN_ERROR. */
  readonly events: readonly string[]
  readonly outcome: Outcome
  readonly usage?: readonly TokenUsage[]
  /** The ids of people who have the thread in a focused window now: they need no notice. Default: nobody. */
  readonly attendedBy?: readonly string[]
}

/** How many runs of one person, and of one agent, may be live at once. Absent: no limit. */
export interface ClaimCaps {
  readonly perPerson?: number
  readonly perAgent?: number
}

export interface RunWork {
  /**
   * Takes over resumable runs that lost their worker, then the next run of each thread. People take turns, and each
   * person's oldest run comes first. A claimed run is running, has its RUN_STARTED in the log, and its lease is held.
   * `caps` count every live run; a run beyond a cap stays queued.
   */
  claim(request: {
    readonly workerId: string
    readonly limit: number
    readonly leaseMs: number
    readonly caps?: ClaimCaps
  }): Promise<readonly Claim[]>
  /** Appends agent events (each the JSON of one AG-UI event) under the lease. `lost`: nothing was written. */
  append(lease: Lease, events: readonly string[]): Promise<LeaseState>
  /**
   * Writes events, run.ended, row and fold checkpoint in one transaction. `lost`: nothing was written. `cancelling`:
   * nothing was written, because a cancel was acknowledged in the meantime. The run can only end `cancelled`: call
   * `end` again with that outcome.
   */
  end(
    lease: Lease,
    end: RunEnd,
  ): Promise<{ readonly type: 'ended' } | Exclude<LeaseState, { readonly type: 'running' }>>
  /** With 0 milliseconds the worker releases its runs: another one may continue them at once, and that is not counted. */
  renew(leases: readonly Lease[], leaseMs: number): Promise<readonly LeaseState[]>
  /**
   * Ends every live run whose lease has expired: closes what is open, then ends it as `failed{worker_lost}`, or as its
   * stop request says. With `all`, every live run (an exclusive store at start-up). Answers how many.
   *
   * A failed run that was accepted with `restart` is retried once, by a new run in the same transaction. A run accepted
   * with `resume` does not end but waits for the next claim, unless it has been resumed `maxResumes` times. Default 3.
   */
  settleOrphans(which: 'expired' | 'all', maxResumes?: number): Promise<number>
  /**
   * Resolves questions that have expired, and prunes the steps of sub-agents that ended `keepStepsMs` ago (default seven
   * days) in runs that have ended; some threads at a time. Answers in how many threads. Call it every few seconds.
   */
  settleDue(keepStepsMs?: number): Promise<{ readonly expired: number; readonly pruned: number }>
}
