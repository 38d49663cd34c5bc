/**
 * The errors that a store throws. Expected results are arms of an answer; only faults of the store itself are thrown.
 */

export type StoreFaultCode = 'storage_full' | 'storage_failed' | 'storage_busy' | 'storage_closed' | 'storage_lost'

/** The store does not come back in this process: a retry is pointless. */
export function isGone(code: StoreFaultCode | 'unknown'): boolean {
  return code === 'storage_closed' || code === 'storage_lost'
}

/** The store itself failed. Nothing of the call was kept. */
export class StoreFault extends Error {
  override readonly name = 'StoreFault'
  readonly code: StoreFaultCode
  constructor(code: StoreFaultCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
