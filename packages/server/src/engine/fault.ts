/** A fault of the store, as the log names it. */
import { StoreFault } from '../store/fault.ts'
import type { Lease } from '../store/port.ts'
import type { EngineLogEntry } from './log.ts'

type StoreFaultEntry = Extract<EngineLogEntry, { readonly type: 'store_fault' }>

export function storeFault(during: StoreFaultEntry['during'], error: unknown, lease?: Lease): StoreFaultEntry {
  const code = error instanceof StoreFault ? error.code : 'unknown'
  return { type: 'store_fault', during, code, error, ...(lease && { lease }) }
}
