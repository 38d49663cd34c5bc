/** Has the browser keep the page for when there is no network. Nothing waits for it. */

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
