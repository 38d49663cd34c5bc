/**
 * What this browser remembers for a person: which agent they last chose in a room. Kept in local storage; a browser
 * that refuses to store remembers until the page is left.
 */
export interface Preferences {
  agentOf(roomId: string): string | undefined
  rememberAgent(roomId: string, agentId: string): void
}

const PREFIX = 'holdfast.agent.'

export function createPreferences(storage: () => Storage): Preferences {
  const memory = new Map<string, string>()
  return {
    agentOf(roomId) {
      try {
        return memory.get(roomId) ?? storage().getItem(PREFIX + roomId) ?? undefined
      } catch {
        return undefined
      }
    },
    rememberAgent(roomId, agentId) {
      memory.set(roomId, agentId)
      try {
        storage().setItem(PREFIX + roomId, agentId)
      } catch {
        // Storage is full or refused: remembered in memory all the same.
      }
    },
  }
}
