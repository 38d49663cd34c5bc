/**
 * Which of the chosen agents answers: the nearest one that is set up, else the default. A choice is never overwritten;
 * the response says so when another agent answers in its place.
 */
import type { InboxOverview, RoomInfo, ThreadInfo } from '@holdfast/core'
import type { AgentCatalogue } from '../agents/port.ts'
import type { SeenRoom } from '../store/port.ts'

export function chosenAgent({ get, defaultId }: AgentCatalogue, candidates: readonly (string | undefined)[]): string {
  return candidates.find((agentId) => agentId !== undefined && get(agentId) !== undefined) ?? defaultId
}

export function roomInfo(agents: AgentCatalogue, { roomId, title, agentId, mutedUntil }: SeenRoom): RoomInfo {
  return {
    roomId,
    title,
    agentId: chosenAgent(agents, [agentId]),
    ...(mutedUntil !== undefined && { mutedUntil: new Date(mutedUntil).toISOString() }),
  }
}

export function threadInfo(agents: AgentCatalogue, { agentId, ...thread }: ThreadInfo): ThreadInfo {
  const answers = chosenAgent(agents, [agentId])
  return {
    ...thread,
    agentId: answers,
    ...(agentId !== undefined && agentId !== answers && { unavailableAgentId: agentId }),
  }
}

export function overview(agents: AgentCatalogue, { threads, ...rest }: InboxOverview): InboxOverview {
  return { ...rest, threads: threads.map((thread) => threadInfo(agents, thread)) }
}
