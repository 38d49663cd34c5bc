/**
 * The agents a run may name, asked of the server when first looked at, and again when looked at after a failure.
 * Without an answer the list is empty and the room's own agent answers: nothing waits for it.
 */
import type { Observable, RunTransport } from '@holdfast/client'
import type { AgentInfo } from '@holdfast/core'

export function createAgents(transport: Pick<RunTransport, 'agents'>): Observable<readonly AgentInfo[]> {
  const listeners = new Set<() => void>()
  let agents: readonly AgentInfo[] = []
  let state: 'unasked' | 'asking' | 'known' = 'unasked'

  async function ask(): Promise<void> {
    state = 'asking'
    try {
      agents = (await transport.agents()).items
      state = 'known'
      for (const listener of [...listeners]) listener()
    } catch {
      state = 'unasked'
    }
  }

  return {
    snapshot: () => agents,
    subscribe(listener) {
      const entry = () => listener()
      listeners.add(entry)
      if (state === 'unasked') void ask()
      return () => void listeners.delete(entry)
    },
  }
}
