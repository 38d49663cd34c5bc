/**
 * The agents that a run may name. Requested at the first subscription, and again after a failure while there are
 * subscribers. Until there is an answer the list is empty and the room's own agent answers: nothing waits for it.
 */
import type { Observable } from '@holdfast/client'
import type { AgentInfo, Clock, List } from '@holdfast/core'

const AGAIN_MS = 5_000

export function createAgents(
  ask: () => Promise<List<AgentInfo>>,
  clock: Pick<Clock, 'schedule'>,
): Observable<readonly AgentInfo[]> {
  const listeners = new Set<() => void>()
  let agents: readonly AgentInfo[] = []
  let state: 'unasked' | 'asking' | 'known' = 'unasked'
  let undoAgain = () => {}

  function askUnlessKnown(): void {
    if (state === 'unasked' && listeners.size > 0) void load()
  }

  async function load(): Promise<void> {
    state = 'asking'
    undoAgain()
    try {
      agents = (await ask()).items
      state = 'known'
      for (const listener of [...listeners]) listener()
    } catch {
      state = 'unasked'
      undoAgain = clock.schedule(AGAIN_MS, askUnlessKnown)
    }
  }

  return {
    snapshot: () => agents,
    subscribe(listener) {
      const entry = () => listener()
      listeners.add(entry)
      askUnlessKnown()
      return () => void listeners.delete(entry)
    },
  }
}
