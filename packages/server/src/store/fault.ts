/** What a store throws: only its own faults; what a caller can expect to happen is an arm of an answer. */

export type StoreFaultCode = 'storage_full' | 'storage_failed' | 'storage_busy' | 'storage_closed' | 'storage_lost'

/** The store does not come back in this process: asking again is pointless. */
export function isGone(code: StoreFaultCode | 'unknown'): boolean {
  return code === 'storage_closed' || code === 'storage_lost'
}

/** The store itself could not do it; nothing of the call was kept. */
export class StoreFault extends Error {
  override readonly name = 'StoreFault'
  readonly code: StoreFaultCode
  constructor(code: StoreFaultCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
