/**
 * What this browser remembers for a person: which agent they last chose in a room. Kept in local storage; a browser
 * that refuses to store remembers until the page is left.
 */
export interface Preferences {
  agentOf(roomId: string): string | undefined
  rememberAgent(roomId: string, agentId: string): void
  subscribe(listener: () => void): () => void
}

const PREFIX = 'holdfast.agent.'

export function createPreferences(storage: () => Pick<Storage, 'getItem' | 'setItem'>): Preferences {
  const known = new Map<string, string | undefined>()
  const listeners = new Set<() => void>()

  function stored(roomId: string): string | undefined {
    try {
      return storage().getItem(PREFIX + roomId) ?? undefined
    } catch {
      return undefined
    }
  }

  return {
    agentOf(roomId) {
      if (!known.has(roomId)) known.set(roomId, stored(roomId))
      return known.get(roomId)
    },
    rememberAgent(roomId, agentId) {
      known.set(roomId, agentId)
      try {
        storage().setItem(PREFIX + roomId, agentId)
      } catch {
        // Storage is full or refused: remembered in memory all the same.
      }
      for (const listener of [...listeners]) listener()
    },
    subscribe(listener) {
      const entry = () => listener()
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
  }
}
