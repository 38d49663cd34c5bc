/**
 * Streams, over the connection that all tabs share, or over this tab's own if the browser shares nothing; and the fold of
 * what they bring.
 */
import type { Environment } from '@holdfast/client'
import { browserNeighbours, createTabTransport, type TabTransport } from '@holdfast/client/tabs'
import { createPart, loaded } from '../parts/part.ts'
import { PERSON } from './person.ts'
import workerUrl from './tabs-worker.ts?sharedworker&url'

export { createFold, viewFromSnapshot } from '@holdfast/core'

/** Creates a connection. With a shared worker a tab hardly ever needs it. */
const connectPart = createPart(() => import('./connect.ts'))

export function createStreams({ clock, mintId }: Environment): TabTransport {
  const tabId = mintId()
  return createTabTransport({
    neighbours: browserNeighbours(),
    clock,
    tabId,
    person: PERSON,
    // Named by its content: another build has another worker, and so shares no connection with this one.
    build: workerUrl,
    workerUrl,
    async load() {
      const { connect } = await loaded(connectPart)
      return (whose) => connect(clock, whose === 'shared' ? whose : { alone: tabId })
    },
  })
}
