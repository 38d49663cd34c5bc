/**
 * Which agent answers next in a conversation: the one that was chosen in it, else the one that the server names for the
 * thread, for the room, or as its default.
 */
import { type AgentInfo, keyString } from '@holdfast/core'
import { useRooms, useThreadList } from '@holdfast/react'
import { useEffect, useSyncExternalStore } from 'react'
import { useServices } from '../services.ts'

interface Conversation {
  readonly roomId: string
  /** Absent before its first message. */
  readonly threadId?: string
  /** Who answered last: for a thread that is on no list. */
  readonly answeredBy?: string | undefined
}

export interface AgentChoice {
  readonly agents: readonly AgentInfo[]
  readonly chosen: string | undefined
  /** The person's choice that has not been sent yet; only this must be sent to the server. */
  readonly unsent: string | undefined
  /** It was chosen, and is not set up any more. */
  readonly gone: string | undefined
  choose(agentId: string): void
}

export function placeOf({ roomId, threadId }: Conversation): string {
  return threadId === undefined ? `${roomId}/` : keyString({ roomId, threadId })
}

export function useAgent(conversation: Conversation): AgentChoice {
  const { roomId, threadId, answeredBy } = conversation
  const { agents, choices } = useServices()
  const place = placeOf(conversation)
  const known = useSyncExternalStore(agents.subscribe, agents.snapshot)
  const own = useSyncExternalStore(choices.subscribe, () => choices.of(place))
  const thread = useThreadList(roomId).items?.find((item) => item.threadId === threadId)
  const ofRoom = useRooms().items?.find((room) => room.roomId === roomId)?.agentId
  useEffect(() => {
    if (own !== undefined && thread?.agentId === own) choices.forget(place)
  }, [own, thread?.agentId, choices, place])
  // Until the list has arrived, any agent may exist, so none is reported as gone.
  const isSetUp = (agentId: string | undefined) =>
    known.length === 0 || known.some((agent) => agent.agentId === agentId)
  const unsent = isSetUp(own) ? own : undefined
  const before = thread?.agentId ?? answeredBy
  const gone =
    unsent === undefined ? (thread?.unavailableAgentId ?? [own, before].find((id) => id && !isSetUp(id))) : undefined
  return {
    agents: known,
    chosen: unsent ?? (isSetUp(before) ? (before ?? ofRoom) : ofRoom),
    unsent,
    gone,
    choose: (agentId) => choices.choose(place, agentId),
  }
}
