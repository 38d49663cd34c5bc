/** What the engine reports to an operator. Never the words of a person or a provider. */
import type { StoreFaultCode } from '../store/fault.ts'
import type { Lease } from '../store/port.ts'
import type { Drift } from './drift.ts'

export type EngineLogEntry =
  /** Another process owns the run, or it has ended: this process no longer writes to it. */
  | { readonly type: 'lease_lost'; readonly lease: Lease }
  | {
      readonly type: 'store_fault'
      readonly during: 'claim' | 'append' | 'end' | 'renew' | 'settle' | 'due' | 'resume'
      readonly code: StoreFaultCode | 'unknown'
      readonly error: unknown
      readonly lease?: Lease
    }
  /** An agent threw something other than an `AgentFailure`. The person sees a general sentence; this holds the rest. */
  | { readonly type: 'agent_threw'; readonly lease: Lease; readonly error: unknown }
  /** A run ended whose agent had sent events that could not be taken. Counts them by type. */
  | { readonly type: 'agent_passed_over'; readonly lease: Lease; readonly events: ReadonlyMap<string, number> }
  /** An agent failed with words unfit for a person, such as a stack trace. The person saw `shown`. */
  | { readonly type: 'agent_words_cut'; readonly lease: Lease; readonly said: string; readonly shown: string }
  /** Something a run read, or its agent sent, carried the address of another run. It was not used. */
  | ({ readonly type: 'address_drift'; readonly lease: Lease } & Drift)
  /** A cancelled agent sent events after its cancel (I6: counted, not written), or did not stop at all. */
  | {
      readonly type: 'agent_left_behind'
      readonly lease: Lease
      readonly lateEvents: number
      readonly stopped: boolean
    }
  /**
   * This process resumed a run that another worker had begun. `events` is how many events it had written, `times` how
   * often it was resumed after a crash.
   */
  | { readonly type: 'run_resumed'; readonly lease: Lease; readonly events: number; readonly times: number }
  /** This process is closing and leaves the run to the next one, as its agent declared. */
  | { readonly type: 'run_released'; readonly lease: Lease }
  /** Runs of vanished processes were ended, or queued for another process to continue. */
  | { readonly type: 'orphans_settled'; readonly count: number }
  /** The agent found no name for the thread, or it could not be written. The thread keeps its name. */
  | { readonly type: 'thread_not_named'; readonly lease: Lease; readonly error: unknown }
  /** A fault of the engine itself. The run is left to the process that settles orphans. */
  | { readonly type: 'run_broke'; readonly lease: Lease; readonly error: unknown }

export type EngineLog = (entry: EngineLogEntry) => void

/**
 * The same log, except that it never throws. What an agent threw may throw again while it is written down, in a place
 * where no caller would catch that, so one run's error would end the process. The rest of the entry is then logged
 * without it.
 */
export function shelteredLog(log: EngineLog): EngineLog {
  return (entry) => {
    try {
      log(entry)
    } catch {
      if ('error' in entry) withoutError(log, entry)
    }
  }
}

function withoutError(log: EngineLog, entry: Extract<EngineLogEntry, { readonly error: unknown }>): void {
  try {
    log({ ...entry, error: new Error('The error could not be read.') })
  } catch {
    // A broken log cannot be reported here, and no run waits for it.
  }
}
