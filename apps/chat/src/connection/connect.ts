/** The connection itself: made once, by the tab or worker that holds it. */
import { createFlowingSource, createHttpTransport, createOneConnection, type RunTransport } from '@holdfast/client'
import { browserBroadcast, createStreamPlace, hasFewConnections } from '@holdfast/client/tabs'
import type { Clock } from '@holdfast/core'

/** `alone`: other tabs have connections of their own, and the browser opens only a few for all of them. */
export function connect(clock: Clock, whose: 'shared' | { readonly alone: string }): RunTransport {
  const places = whose !== 'shared' && hasFewConnections() ? placeFor(whose.alone, clock) : undefined
  return createOneConnection({
    source: createFlowingSource({ source: createHttpTransport({ clock }), clock, places }),
    clock,
  })
}

function placeFor(tabId: string, clock: Clock) {
  const name = 'holdfast streams'
  return createStreamPlace({
    clock,
    tabId,
    open() {
      const [out, back] = [browserBroadcast(name), browserBroadcast(name)]
      return out && back && [out, back]
    },
  })
}
