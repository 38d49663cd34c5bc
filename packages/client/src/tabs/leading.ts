/**
 * What the leading tab does for all tabs: it has the connection, and gives each tab a line.
 *
 * Owns: the host, and the line of each admitted tab. Does not know: who leads next, what tabs tell each other.
 */
import type { Line, Neighbours } from '../environment/neighbours.ts'
import type { ReadTransport } from '../transport/port.ts'
import type { Leader } from './election-model.ts'
import { type Admitted, createHost } from './host.ts'
import { createLoopback } from './loopback.ts'

export interface Leading {
  readonly type: 'leading'
  readonly leader: Leader
  /** Resolves once `end` was called. */
  readonly over: Promise<void>
  /** The line that the leading tab itself reads through. */
  ownLine(): Line
  /** Listens to the line of a tab that holds this lock for as long as it lives. */
  admit(tab: string, lock: string): void
  end(): void
}

export function createLeading(leader: Leader, neighbours: Neighbours, transport: ReadTransport): Leading {
  const host = createHost(transport, neighbours.locks)
  const admitted = new Map<string, Admitted>()
  const over = Promise.withResolvers<void>()

  return {
    type: 'leading',
    leader,
    over: over.promise,
    ownLine() {
      const [near, far] = createLoopback()
      host.admit(far)
      return near
    },
    admit(tab, lock) {
      admitted.get(tab)?.close()
      const one = host.admit(neighbours.broadcast(lineName(leader, tab)))
      admitted.set(tab, one)
      one.lives(lock)
    },
    end() {
      host.close()
      over.resolve()
    },
  }
}

/** Each leader has lines of its own, so that nothing arrives that a displaced leader still sends. */
export function lineName({ tab: leader, generation }: Leader, tab: string): string {
  return `holdfast ${leader} ${generation} ${tab}`
}
