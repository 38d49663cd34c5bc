/** The environment of a page: the only file that touches window, document and navigator. */
import type { Environment, Focus, Keep } from './port.ts'

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

/** `crypto.randomUUID` exists only in secure contexts; a page served over plain HTTP in a house network is none. */
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

const PREFIX = 'holdfast.'

/**
 * The tab's own storage: two tabs do not send each other's words, and a tab that is restored has them again. What it
 * refuses (it is full, or forbidden) is kept for as long as the page lasts.
 */
function tabKeep(storage: () => Storage): Keep {
  const here = new Map<string, string>()
  function attempt<T>(act: (storage: Storage) => T): T | undefined {
    try {
      return act(storage())
    } catch {
      return undefined
    }
  }
  return {
    read: (name) => here.get(name) ?? attempt((store) => store.getItem(PREFIX + name)) ?? undefined,
    write(name, text) {
      const done = attempt((store) => {
        store.setItem(PREFIX + name, text)
        return true
      })
      if (done) here.delete(name)
      else here.set(name, text)
    },
    remove(name) {
      here.delete(name)
      attempt((store) => store.removeItem(PREFIX + name))
    },
    names() {
      const stored = attempt((store) => Object.keys(store)) ?? []
      const own = stored.filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length))
      return [...new Set([...own, ...here.keys()])]
    },
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

export function browserEnvironment(): Environment {
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
    keep: tabKeep(() => window.sessionStorage),
    random: Math.random,
    mintId,
  }
}
