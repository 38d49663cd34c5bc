/**
 * Offers once to turn notifications on: after a run has ended in the background for the first time, and never at start.
 *
 * Owns: whether it was offered in this browser. Does not know: how the offer looks.
 */
import type { Environment } from '@holdfast/client'
import type { Permissions } from './permission.ts'

interface OfferOptions {
  readonly permissions: Permissions
  readonly shared: NonNullable<Environment['shared']>
  show(turnOn: () => void): void
}

const NAME = 'notices.offered'

/** To be called when a run has ended in the background. */
export function createOffer({ permissions, shared, show }: OfferOptions): () => void {
  return () => {
    if (permissions.snapshot() !== 'default' || shared.read(NAME) !== undefined) return
    // Also where it is neither taken nor refused: once is enough, and the bell has it too.
    shared.write(NAME, 'yes')
    show(() => void permissions.ask())
  }
}
