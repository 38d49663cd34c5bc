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

export interface PushEvent extends LifeEvent {
  readonly data: { text(): string } | null
}

export interface NotificationEvent extends LifeEvent {
  readonly notification: Pick<Notification, 'data' | 'close'>
}

export interface WindowClient {
  readonly focused: boolean
  readonly visibilityState: DocumentVisibilityState
  focus(): Promise<unknown>
  postMessage(message: unknown): void
}

/** What notifications need of it. */
export interface PushScope {
  readonly registration: {
    readonly scope: string
    showNotification(title: string, options: NotificationOptions): Promise<void>
  }
  readonly clients: {
    matchAll(filter: { readonly type: 'window'; readonly includeUncontrolled: true }): Promise<readonly WindowClient[]>
    openWindow(url: string): Promise<unknown>
  }
  fetch(path: string, init: RequestInit): Promise<Response>
  addEventListener(type: 'push', listener: (event: PushEvent) => void): void
  addEventListener(type: 'notificationclick', listener: (event: NotificationEvent) => void): void
}

export interface WorkerScope {
  readonly registration: { readonly scope: string }
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: LifeEvent) => void): void
  addEventListener(type: 'fetch', listener: (event: AskEvent) => void): void
}
