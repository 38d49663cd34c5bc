/**
 * What a host that was displaced must not do: write. A tab that was frozen wakes with commands in its hands that others have
 * repeated, or overtaken, meanwhile.
 *
 * Owns: which requests are writes, when the right to write is fresh. Does not know: elections, HTTP.
 *
 * Invariant: a write goes out only within FRESH_MS, by the wall clock, of the browser's own word that this tab still has
 * the leader's lock. Nobody is displaced before 3 s of silence, so that word still holds then, though the tab was frozen
 * in between.
 */
import type { Clock } from '@holdfast/core'
import { TransportError } from '../transport/error.ts'
import type { RunTransport } from '../transport/port.ts'
import { isRead } from '../transport/verbs.ts'

const FRESH_MS = 1_000
const ATTEMPTS = 3

export interface Tenure {
  /** Whether this tab leads, by the browser's word. */
  holds(): Promise<boolean>
  readonly clock: Clock
}

export function fenced(transport: RunTransport, { holds, clock }: Tenure): RunTransport {
  async function write<T>(act: () => Promise<T>): Promise<T> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const askedAt = clock.now()
      if (!(await holds())) break
      if (clock.now() - askedAt < FRESH_MS) return act()
    }
    throw new TransportError({ type: 'network' })
  }

  return {
    ...transport,
    ask: (verb, args, signal) =>
      isRead(verb) ? transport.ask(verb, args, signal) : write(() => transport.ask(verb, args, signal)),
  }
}
