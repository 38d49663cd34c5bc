/** What an operator should hear of the engine. Never a person's words, never a provider's. */
import type { Lease, StoreFaultCode } from '../store/port.ts'

export type EngineLogEntry =
  /** Somebody else owns the run, or it has ended: this process wrote to it no more. */
  | { readonly type: 'lease_lost'; readonly lease: Lease }
  | {
      readonly type: 'store_fault'
      readonly during: 'claim' | 'append' | 'end' | 'renew' | 'settle'
      readonly code: StoreFaultCode | 'unknown'
      readonly error: unknown
      readonly lease?: Lease
    }
  /** An agent threw what is no `AgentFailure`: the person is told a general sentence, this is the rest. */
  | { readonly type: 'agent_threw'; readonly lease: Lease; readonly error: unknown }
  /** A cancelled agent said something after its cancel (I6: counted, not written), or did not stop at all. */
  | {
      readonly type: 'agent_left_behind'
      readonly lease: Lease
      readonly lateEvents: number
      readonly stopped: boolean
    }
  /** Runs of processes that are gone were ended for them. */
  | { readonly type: 'orphans_settled'; readonly count: number }
  /** A fault of the engine itself: the run is left to whoever settles orphans. */
  | { readonly type: 'run_broke'; readonly lease: Lease; readonly error: unknown }

export type EngineLog = (entry: EngineLogEntry) => void
