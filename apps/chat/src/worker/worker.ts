/**
 * The service worker of the page. It is one file, served from the root of the application, and lives longer than any page.
 *
 * Owns: the wiring. Does not know: the page, threads.
 */
import { createOffline } from './offline.ts'
import { servePush } from './push.ts'
import type { PushScope, WorkerScope } from './scope.ts'

const scope = globalThis as unknown as WorkerScope & PushScope
/** Set by the build (apps/chat/worker-build.ts). */
declare const __BUILD__: { readonly id: string; readonly files: readonly string[] }

const offline = createOffline({
  build: __BUILD__,
  scope: new URL(scope.registration.scope),
  caches,
  fetch: (request, init) => fetch(request, init),
  later: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
})

scope.addEventListener('install', (event) => {
  event.waitUntil(offline.install().then(() => scope.skipWaiting()))
})
scope.addEventListener('activate', (event) => {
  event.waitUntil(offline.activate().then(() => scope.clients.claim()))
})
scope.addEventListener('fetch', (event) => {
  const answer = offline.answer(event.request)
  if (answer) event.respondWith(answer)
})
servePush(scope)
