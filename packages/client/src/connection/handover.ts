/**
 * Which connection brings the inbox, and what is held back while one takes over from another.
 *
 * Owns: the connection that brings it, the one that is to take over, what the old one says meanwhile. Does not know: readers,
 * cursors, when a connection is opened.
 */
import type { InboxFrame } from '@holdfast/core'
import type { Upstream } from './upstream.ts'

export interface Handover {
  readonly carrier: Upstream | undefined
  /** This connection is to bring the inbox, once it is open. */
  ride(upstream: Upstream): void
  /** A connection that was to take over now does: it says again what was held back. */
  opened(upstream: Upstream): void
  /** What to hand on now: nothing while another connection is about to take over. */
  take(upstream: Upstream, batch: readonly InboxFrame[]): readonly InboxFrame[]
  /** A connection has ended. If it was to take over, what was held back is to be handed on now. */
  lost(upstream: Upstream): readonly InboxFrame[]
  reset(): void
}

export function createHandover(): Handover {
  let carrier: Upstream | undefined
  let heir: Upstream | undefined
  let held: InboxFrame[] = []

  /** The next one brings the inbox from the cursor of what was handed on, so nothing that was held back is missing. */
  function turnTo(next: Upstream | undefined): void {
    carrier = next
    heir = undefined
    held = []
  }

  return {
    get carrier() {
      return carrier
    },
    ride(upstream) {
      if (carrier) heir = upstream
      else carrier = upstream
    },
    opened(upstream) {
      if (upstream === heir) turnTo(heir)
    },
    take(upstream, batch) {
      if (upstream !== carrier) return []
      if (!heir) return batch
      held.push(...batch)
      return []
    },
    lost(upstream) {
      const late = upstream === heir ? held : []
      if (upstream === heir) turnTo(carrier)
      else if (upstream === carrier) turnTo(heir)
      return late
    },
    reset: () => turnTo(undefined),
  }
}
