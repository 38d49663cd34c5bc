/** The composition root of the page: the only file that knows both the real transport and the components. */
import { browserEnvironment, createLeanRunRegistry, type RegistryEvent } from '@holdfast/client'
import { RegistryProvider } from '@holdfast/react'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './app.css'
import { createConnection } from './connection/tab.ts'
import type { Parts } from './furnish.ts'
import { pageParts, router } from './router.tsx'

const environment = browserEnvironment()
const { leaving, ...connection } = createConnection(environment)
const registry = createLeanRunRegistry({ ...connection, environment })
if (import.meta.env.DEV) registry.events.subscribe(warn)
const parts: Parts = {
  environment,
  registry,
  leaving,
  address: {
    location: () => router.state.location,
    params: () => router.state.matches.at(-1)?.params,
    open: ({ roomId, threadId }) =>
      void router.navigate({ to: '/rooms/$roomId/threads/$threadId', params: { roomId, threadId } }),
    subscribe: (listener) => router.subscribe('onResolved', listener),
  },
  later: pageParts,
  entry: import.meta.url,
}

/** In development only: shows people who work on the server or a proxy which input this page did not accept. */
function warn(event: RegistryEvent): void {
  if (event.type !== 'InputDropped') return
  // biome-ignore lint/suspicious/noConsole: there is no other place for it, and no person reads it
  console.warn('Dropped, because it does not name its thread, or names another one:', event.diagnostic)
}

const place = document.getElementById('app')
if (!place) throw new Error('index.html has no element with the id "app".')
createRoot(place).render(
  <StrictMode>
    <RegistryProvider registry={registry}>
      <RouterProvider router={router} context={{ parts }} />
    </RegistryProvider>
  </StrictMode>,
)
