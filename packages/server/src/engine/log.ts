/** What an operator should hear of the engine. Never a person's words, never a provider's. */
import type { StoreFaultCode } from '../store/fault.ts'
import type { Lease } from '../store/port.ts'
import type { Drift } from './drift.ts'

export type EngineLogEntry =
  /** Somebody else owns the run, or it has ended: this process wrote to it no more. */
  | { readonly type: 'lease_lost'; readonly lease: Lease }
  | {
      readonly type: 'store_fault'
      readonly during: 'claim' | 'append' | 'end' | 'renew' | 'settle' | 'resume'
      readonly code: StoreFaultCode | 'unknown'
      readonly error: unknown
      readonly lease?: Lease
    }
  /** An agent threw what is no `AgentFailure`: the person is told a general sentence, this is the rest. */
  | { readonly type: 'agent_threw'; readonly lease: Lease; readonly error: unknown }
  /** A run ended whose agent had said what could not be taken; how many events of each type. */
  | { readonly type: 'agent_passed_over'; readonly lease: Lease; readonly events: ReadonlyMap<string, number> }
  /** An agent failed in words that are not for a person, such as a stack trace: the person was told `shown`. */
  | { readonly type: 'agent_words_cut'; readonly lease: Lease; readonly said: string; readonly shown: string }
  /** What a run read, or its agent said, carried the address of another one: it was not used. */
  | ({ readonly type: 'address_drift'; readonly lease: Lease } & Drift)
  /** A cancelled agent said something after its cancel (I6: counted, not written), or did not stop at all. */
  | {
      readonly type: 'agent_left_behind'
      readonly lease: Lease
      readonly lateEvents: number
      readonly stopped: boolean
    }
  /** A run that another worker had begun goes on here; `events` is how many it had written. */
  | { readonly type: 'run_resumed'; readonly lease: Lease; readonly events: number }
  /** This process stops and leaves the run to the next one, as its agent declared. */
  | { readonly type: 'run_released'; readonly lease: Lease }
  /** Runs of processes that are gone were ended for them, or given to who goes on with them. */
  | { readonly type: 'orphans_settled'; readonly count: number }
  /** The agent gave the thread no name, or it could not be written: it keeps the one it has. */
  | { readonly type: 'thread_not_named'; readonly lease: Lease; readonly error: unknown }
  /** A fault of the engine itself: the run is left to whoever settles orphans. */
  | { readonly type: 'run_broke'; readonly lease: Lease; readonly error: unknown }

export type EngineLog = (entry: EngineLogEntry) => void

/**
 * The same log, which never throws: what an agent threw is hostile also to who writes it down, and the engine tells of it
 * where nobody would catch, so that one run's error would end the process. The rest of the entry is told then.
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
    log({ ...entry, error: new Error('What was thrown could not be written down.') })
  } catch {
    // A log that is broken is told by its own means; no run waits for it.
  }
}
