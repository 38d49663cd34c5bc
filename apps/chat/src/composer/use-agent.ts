/** Which agent answers in a room: the one last chosen here, else the room's own. */
import type { AgentInfo } from '@holdfast/core'
import { useRooms } from '@holdfast/react'
import { useSyncExternalStore } from 'react'
import { useServices } from '../services.ts'

export interface AgentChoice {
  readonly agents: readonly AgentInfo[]
  readonly chosen: string | undefined
  choose(agentId: string): void
}

export function useAgent(roomId: string): AgentChoice {
  const { agents, preferences } = useServices()
  const known = useSyncExternalStore(agents.subscribe, agents.snapshot)
  const remembered = useSyncExternalStore(preferences.subscribe, () => preferences.agentOf(roomId))
  const ofRoom = useRooms().items?.find((room) => room.roomId === roomId)?.agentId
  const wished = remembered ?? ofRoom
  return {
    agents: known,
    // An agent that is gone is not chosen any more; one that is not known yet may be.
    chosen: known.length === 0 || known.some((agent) => agent.agentId === wished) ? wished : ofRoom,
    choose: (agentId) => preferences.rememberAgent(roomId, agentId),
  }
}
