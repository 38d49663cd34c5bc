/** The environment of a page: the only file that touches window, document and navigator. */
import type { Environment, Focus, Shared } from './port.ts'
import { sharedKeep } from './shared-keep.ts'
import { prefixFor, tabKeep } from './tab-keep.ts'

/** What a frame lasts where none is painted. */
const FRAME_MS = 16

function on(target: EventTarget, types: readonly string[], listener: () => void): () => void {
  for (const type of types) target.addEventListener(type, listener)
  return () => {
    for (const type of types) target.removeEventListener(type, listener)
  }
}

function schedule(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms)
  return () => clearTimeout(timer)
}

/** `crypto.randomUUID` exists only in secure contexts; a page served over plain HTTP in a home network is not one. */
function mintId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * Both a frame and a timer are asked for, and the first wins: a tab that becomes hidden while a frame is awaited gets
 * that frame only when it is looked at again.
 */
function nextFrame(run: () => void): () => void {
  let undoTimer = () => {}
  const frame = requestAnimationFrame(() => {
    undoTimer()
    run()
  })
  undoTimer = schedule(document.hidden ? FRAME_MS : 10 * FRAME_MS, () => {
    cancelAnimationFrame(frame)
    run()
  })
  return () => {
    cancelAnimationFrame(frame)
    undoTimer()
  }
}

/** A page that is gone may be shown again, and one that is hidden may never be. */
function onLeaving(listener: (left: boolean) => void): () => void {
  const gone = (event: Event) => listener(event.type === 'pagehide' || document.hidden)
  window.addEventListener('pagehide', gone)
  window.addEventListener('pageshow', gone)
  document.addEventListener('visibilitychange', gone)
  return () => {
    window.removeEventListener('pagehide', gone)
    window.removeEventListener('pageshow', gone)
    document.removeEventListener('visibilitychange', gone)
  }
}

/** Apart from the environment: only who reports what is looked at asks for it. */
export function browserFocus(): Focus {
  return {
    get focused() {
      return document.hasFocus()
    },
    subscribe: (listener) => on(window, ['focus', 'blur'], listener),
  }
}

export interface BrowserEnvironmentOptions {
  /** Which server it is kept for, where pages of one origin talk to several: each sends only what was meant for its own. */
  readonly keptFor?: string
}

export function browserEnvironment({
  keptFor,
}: BrowserEnvironmentOptions = {}): Environment & { readonly shared: Shared } {
  return {
    clock: { now: () => Date.now(), schedule },
    frames: { next: nextFrame },
    visibility: {
      get hidden() {
        return document.hidden
      },
      subscribe: (listener) => on(document, ['visibilitychange'], listener),
    },
    connectivity: {
      get online() {
        return navigator.onLine
      },
      subscribe: (listener) => on(window, ['online', 'offline'], listener),
    },
    keep: tabKeep({
      ...(keptFor !== undefined && { keptFor }),
      own: () => window.sessionStorage,
      shared: () => window.localStorage,
      onLeaving,
    }),
    shared: sharedKeep({
      prefix: `${prefixFor(keptFor)}shared.`,
      storage: () => window.localStorage,
      onStorage(listener) {
        // Changes of another storage area of this origin arrive here too.
        const heard = (event: StorageEvent) => event.storageArea === window.localStorage && listener(event)
        window.addEventListener('storage', heard)
        return () => window.removeEventListener('storage', heard)
      },
    }),
    ...(navigator.locks && {
      locks: async () => (await import('./browser-neighbours.ts')).browserLocks(navigator.locks),
    }),
    random: Math.random,
    mintId,
  }
}
