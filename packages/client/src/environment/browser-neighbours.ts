/** The neighbours of a page or a worker: the only file that touches locks, broadcast channels and shared workers. */
import type { Line, Locks, Neighbours } from './neighbours.ts'

function lineOf(port: MessagePort | BroadcastChannel, close: () => void, dies?: EventTarget): Line {
  let open = true
  return {
    post(message) {
      if (open) port.postMessage(message)
    },
    listen(onMessage, onClose) {
      const hear = (event: Event) => onMessage((event as MessageEvent<unknown>).data)
      port.addEventListener('message', hear)
      port.addEventListener('close', onClose)
      dies?.addEventListener('error', onClose)
      if ('start' in port) port.start()
      return () => {
        port.removeEventListener('message', hear)
        port.removeEventListener('close', onClose)
        dies?.removeEventListener('error', onClose)
      }
    },
    close() {
      open = false
      close()
    },
  }
}

export function browserLocks(locks: LockManager): Locks {
  return {
    async hold(name, { steal = false, signal }, held) {
      const stolen = new AbortController()
      const gaveUp = Promise.withResolvers<void>()
      let isHeld = false
      signal?.addEventListener('abort', () => isHeld || gaveUp.resolve())
      // A lock cannot be stolen and waited for at once.
      const request = locks.request(name, steal ? { steal } : signal ? { signal } : {}, () => {
        // Chromium grants what was aborted in the tick in which it was asked for.
        if (signal?.aborted) return undefined
        isHeld = true
        return held(stolen.signal)
      })
      // It fails when it was aborted while it waited, and when it was stolen: then `held` still goes on.
      await Promise.race([gaveUp.promise, request.catch(() => isHeld && stolen.abort())])
    },
  }
}

/** Undefined where the browser refuses, as Firefox does where nothing may be stored. */
function started(url: string, name: string): SharedWorker | undefined {
  try {
    return new SharedWorker(url, { type: 'module', name })
  } catch {
    return undefined
  }
}

/** Undefined where the browser has none, or refuses. That it is there does not say that anything arrives. */
export function browserBroadcast(name: string): Line | undefined {
  try {
    const channel = new BroadcastChannel(name)
    return lineOf(channel, () => channel.close())
  } catch {
    return undefined
  }
}

/** Whether the page came over HTTP/1, where browsers open six connections to a host, for all their tabs together. */
export function hasFewConnections(): boolean {
  const [page] = globalThis.performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  return !/^h[23]/.test(page?.nextHopProtocol ?? '')
}

/** Undefined where the browser has no locks: a page served over plain HTTP to another machine, or an old browser. */
export function browserNeighbours(): Neighbours | undefined {
  const locks = globalThis.navigator?.locks as LockManager | undefined
  if (!locks || typeof BroadcastChannel !== 'function') return undefined
  return {
    locks: browserLocks(locks),
    broadcast(name) {
      const channel = new BroadcastChannel(name)
      return lineOf(channel, () => channel.close())
    },
    sharedWorker(url, name) {
      if (typeof SharedWorker !== 'function') return undefined
      const worker = started(url, name)
      return worker && lineOf(worker.port, () => worker.port.close(), worker)
    },
  }
}

/** Inside of a shared worker: calls for each page that connects, those that did before this too. */
export function eachConnection(onLine: (line: Line) => void): void {
  globalThis.addEventListener('connect', (event) => {
    const [port] = (event as MessageEvent).ports
    if (port) onLine(lineOf(port, () => port.close()))
  })
}
