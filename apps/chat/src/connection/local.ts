/** The transport without a server, as the static build uses it: its agents, and that the browser asks before it leaves. */
import type { browserEnvironment } from '@holdfast/client'
import { type AgUiTransport, createAgUiTransport } from '@holdfast/client/ag-ui'
import { browserNeighbours } from '@holdfast/client/tabs'
import { loadAgents } from './agents-file.ts'

export { createFold, viewFromSnapshot } from '@holdfast/core'

export function createLocal(environment: ReturnType<typeof browserEnvironment>): { readonly transport: AgUiTransport } {
  const transport = createAgUiTransport({
    agents: () => loadAgents(environment.shared),
    environment,
    neighbours: browserNeighbours(),
  })
  // Only while an answer would be lost: a page that always asks cannot be kept by the browser to be shown again.
  transport.executing.subscribe(() => {
    if (transport.executing.snapshot().length > 0) window.addEventListener('beforeunload', ask)
    else window.removeEventListener('beforeunload', ask)
  })
  return { transport }
}

/** The browser shows its own words. */
function ask(event: BeforeUnloadEvent): void {
  event.preventDefault()
}
