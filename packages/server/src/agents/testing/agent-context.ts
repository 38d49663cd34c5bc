/** A context for tests of agents: nobody looks, nothing is stopped, and everything is written at once. */
import type { AgentContext } from '../port.ts'

export function testContext(parts: Partial<AgentContext> = {}): AgentContext {
  const signal = parts.signal ?? new AbortController().signal
  return {
    signal,
    tenantId: 'local',
    roomId: 'room',
    attention: () => 'none',
    usage: () => {},
    written: async () => signal.throwIfAborted(),
    childSignal: () => signal,
    ...parts,
  }
}
