/**
 * The inside of the shared worker: it has the connection, and every tab that connects uses it.
 *
 * Does not know: HTTP, the browser's own objects.
 */
import type { Line, Locks } from '../environment/neighbours.ts'
import type { ReadTransport } from '../transport/port.ts'
import { createHost, type Host } from './host.ts'

/** A tab's first word: the lock that it holds for as long as it lives. */
export interface TabWord {
  readonly holdfastTab: string
}

export interface SharedHostOptions {
  readonly transport: ReadTransport
  readonly locks: Locks
  /** Calls for each tab that connects. */
  eachConnection(onLine: (line: Line) => void): void
}

export function serveTabs({ transport, locks, eachConnection }: SharedHostOptions): Host {
  const host = createHost(transport, locks)
  eachConnection((line) => {
    const admitted = host.admit(line)
    let isKnown = false
    line.listen((message) => {
      const { holdfastTab: lock } = (message ?? {}) as Partial<TabWord>
      if (isKnown || typeof lock !== 'string') return
      isKnown = true
      admitted.lives(lock)
    }, admitted.close)
  })
  return host
}
