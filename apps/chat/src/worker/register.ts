/**
 * Registers the service worker: the browser keeps the page for when there is no network, and shows pushes. Nothing waits for
 * it. Hears from it where a click on a notification leads.
 */
import { keyOf, type ThreadKey } from '@holdfast/core'
import { OPEN_MESSAGE } from './open-message.ts'

/** Not while the page is still being loaded. */
const AFTER_MS = 3_000

/** `base`: the path of the application. */
export function registerWorker(base: string): void {
  if (!('serviceWorker' in navigator)) return
  setTimeout(() => {
    // Refused by some private windows, and where the worker is missing: the page works as well without it.
    navigator.serviceWorker.register(`${base}worker.js`, { scope: base }).catch(() => {})
  }, AFTER_MS)
}

/** Undefined until the worker is there, and where it never will be. */
export async function activeWorker(): Promise<ServiceWorkerRegistration | undefined> {
  const registration = await navigator.serviceWorker?.getRegistration()
  return registration?.active ? registration : undefined
}

/** `open`: undefined leads to where everything is listed. */
export function hearOfClicks(open: (key: ThreadKey | undefined) => void): void {
  navigator.serviceWorker?.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const message = data as { readonly type?: unknown; readonly key?: unknown } | null
    if (message?.type === OPEN_MESSAGE) open(keyOf(message.key))
  })
}
