/**
 * Which agent a person has chosen for the message that they have not sent yet, by conversation; over a reload too.
 *
 * Owns: that, until it is sent: from then on the server keeps it with the thread. Does not know: threads, React. A place is
 * any string that names a conversation.
 */
import type { Keep } from '@holdfast/client'

export interface AgentChoices {
  of(place: string): string | undefined
  choose(place: string, agentId: string): void
  /** The server now stores the choice itself. */
  forget(place: string): void
  subscribe(listener: () => void): () => void
}

const PREFIX = 'agent.'

export function createAgentChoices(keep: Pick<Keep, 'read' | 'write' | 'remove'>): AgentChoices {
  const known = new Map<string, string | undefined>()
  const listeners = new Set<() => void>()

  function set(place: string, agentId: string | undefined): void {
    known.set(place, agentId)
    if (agentId === undefined) keep.remove(PREFIX + place)
    else keep.write(PREFIX + place, agentId)
    for (const listener of [...listeners]) listener()
  }

  function of(place: string): string | undefined {
    if (!known.has(place)) known.set(place, keep.read(PREFIX + place))
    return known.get(place)
  }

  return {
    of,
    choose: set,
    forget: (place) => of(place) !== undefined && set(place, undefined),
    subscribe(listener) {
      const entry = () => listener()
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
  }
}
