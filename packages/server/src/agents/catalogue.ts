/** The agents that a run may name. An invalid catalogue is refused at start-up, not at the first run. */
import { isId } from '@holdfast/core'
import type { Agent, AgentCatalogue } from './port.ts'

export class CatalogueError extends Error {
  override readonly name = 'CatalogueError'
}

/** @throws CatalogueError for an invalid id, a duplicate id, and a default that is not in the list */
export function createCatalogue(agents: readonly Agent[], defaultId: string): AgentCatalogue {
  const byId = new Map<string, Agent>()
  for (const agent of agents) {
    if (!isId(agent.id))
      throw new CatalogueError(
        `The agent id ${JSON.stringify(agent.id)} is not 1–128 of [A-Za-z0-9_.:-], or is . or ..`,
      )
    if (byId.has(agent.id))
      throw new CatalogueError(`Two agents have the id "${agent.id}". Give one of them another id.`)
    byId.set(agent.id, agent)
  }
  if (!byId.has(defaultId)) throw new CatalogueError(`The default agent "${defaultId}" is not among the agents.`)
  const list = [...byId.values()]
  return { get: (agentId) => byId.get(agentId), list: () => list, defaultId }
}
