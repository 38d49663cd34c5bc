/** What a store reports for measurements. Measuring never changes what the store does. */
import type { StoreFaultCode } from './fault.ts'

export interface StoreMeter {
  /** A commit is durable. `ms` includes its sync. */
  committed(ms: number): void
  /** A call was answered with this fault. */
  fault(code: StoreFaultCode): void
}

/** What a store currently holds, over all tenants. For metrics, never for a person. */
export interface StoreCounts {
  readonly runs: { readonly queued: number; readonly running: number; readonly cancelling: number }
}
