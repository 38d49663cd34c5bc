/** What a store tells whoever measures it. Measuring never changes what it does. */
import type { StoreFaultCode } from './fault.ts'

export interface StoreMeter {
  /** A commit is durable, and took this long, its sync included. */
  committed(ms: number): void
  /** A call was answered with this fault. */
  fault(code: StoreFaultCode): void
}

/** What is in a store now, over all tenants: for figures, never for a person. */
export interface StoreCounts {
  readonly runs: { readonly queued: number; readonly running: number; readonly cancelling: number }
}
