/**
 * The program that has the connection, a shared worker or the tab that leads, towards the tabs that use it.
 *
 * Owns: which tabs are served. Does not know: how tabs and host find each other, where the transport leads.
 *
 * Invariants:
 * - A tab that is gone is not served any longer. A line does not report that its other end died; the lock does that each tab
 *   holds for as long as it lives.
 * - A host only reads.
 */

import { serveChannel } from '../channel/serve.ts'
import type { Line, Locks } from '../environment/neighbours.ts'
import type { ReadTransport } from '../transport/port.ts'
import { readOnly } from './read-only.ts'

export interface Host {
  readonly tabs: number
  admit(line: Line): Admitted
  /** Tells every tab that the connection is over. */
  close(): void
}

export interface Admitted {
  /** The tab holds this lock: once it is free, the tab is gone. */
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
