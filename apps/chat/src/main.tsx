/** The composition root of the page: the only file that knows both the real transport and the components. */
import { browserEnvironment, createRunRegistry, type Diagnostic } from '@holdfast/client'
import { sameKey } from '@holdfast/core'
import { RegistryProvider } from '@holdfast/react'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './app.css'
import { createAgentChoices } from './composer/agent-choices.ts'
import { createAgents } from './composer/agents.ts'
import { createTransport, readAside } from './connection/tab.ts'
import { isShown } from './conversation/beside.ts'
import { router } from './router.tsx'
import { type Services, ServicesProvider } from './services.ts'
import { createFinished } from './tray/finished.ts'

const environment = browserEnvironment()
const transport = createTransport(environment)
const registry = createRunRegistry({
  transport,
  environment,
  ...(import.meta.env.DEV && { onDiagnostic: warn }),
})
const { keep, shared, clock, mintId } = environment
const draftsFrom = { keep, shared, now: clock.now, mintId }
const services: Services = {
  agents: createAgents(transport, environment.clock),
  draftsFrom,
  finished: createFinished({
    inbox: registry.inbox,
    titleOf: (key) => registry.overview.snapshot().threads.find((thread) => sameKey(thread, key))?.title,
    // The address names every thread that is shown.
    isOnScreen: (key) => isShown(router.state.location, key),
  }),
  choices: createAgentChoices(keep),
  runs: { runs: transport.runs, runEvents: transport.runEvents, openLog: readAside(environment) },
  waiting: async (key) => (await transport.snapshot(key)).queue,
  search: async (roomId, q) => (await transport.threads(roomId, { q, limit: 20 })).items,
}

/** Beside the first paint: nothing waits for it, and it may be missing. */
async function goAside(): Promise<void> {
  const { tellWhatIsShown, watchOverDrafts } = await import('./frame/aside.ts')
  tellWhatIsShown({ transport, environment })
  watchOverDrafts({ registry, environment, draftsFrom })
}
goAside().catch(() => {})

/** In development alone: whoever works on the server or a proxy is to see what this page did not take. */
function warn(dropped: Diagnostic): void {
  // biome-ignore lint/suspicious/noConsole: there is no other place for it, and no person reads it
  console.warn('Dropped, because it does not say where it belongs, or belongs elsewhere:', dropped)
}

const place = document.getElementById('app')
if (!place) throw new Error('index.html has no element with the id "app".')
createRoot(place).render(
  <StrictMode>
    <ServicesProvider value={services}>
      <RegistryProvider registry={registry}>
        <RouterProvider router={router} />
      </RegistryProvider>
    </ServicesProvider>
  </StrictMode>,
)
