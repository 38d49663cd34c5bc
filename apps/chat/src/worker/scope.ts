/**
 * What this service worker uses of its global scope. TypeScript's own types of workers cannot be used in one program with
 * those of pages.
 */
export interface LifeEvent {
  waitUntil(what: Promise<unknown>): void
}

export interface AskEvent extends LifeEvent {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}

export interface WorkerScope {
  readonly registration: { readonly scope: string }
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: LifeEvent) => void): void
  addEventListener(type: 'fetch', listener: (event: AskEvent) => void): void
}
