/**
 * Whoever has the connection, towards the tabs that use it: a shared worker, or the tab that leads.
 *
 * Owns: who is served. Does not know: how tabs and host find each other, where the transport leads.
 *
 * Invariant: a tab that is gone is served no longer. A line does not say that its other end died; the lock that each tab
 * holds for as long as it lives does.
 */

import { serveChannel } from '../channel/serve.ts'
import type { Line, Locks } from '../environment/neighbours.ts'
import type { ReadTransport } from '../transport/port.ts'
import { readOnly } from './read-only.ts'

export interface Host {
  readonly tabs: number
  admit(line: Line): Admitted
  /** Tells every tab that it is over. */
  close(): void
}

export interface Admitted {
  /** This lock is held by the tab: once it is free, the tab is gone. */
  lives(lock: string): void
  close(): void
}

export function createHost(transport: ReadTransport, locks: Locks): Host {
  const served = new Set<Admitted>()

  function admit(line: Line): Admitted {
    const port = serveChannel(line, readOnly(transport))
    const gone = new AbortController()
    const admitted: Admitted = {
      lives: (lock) => void locks.hold(lock, { signal: gone.signal }, async () => admitted.close()),
      close() {
        if (!served.delete(admitted)) return
        gone.abort()
        port.close()
        line.close()
      },
    }
    served.add(admitted)
    return admitted
  }

  return {
    get tabs() {
      return served.size
    },
    admit,
    close() {
      for (const one of [...served]) one.close()
    },
  }
}
