/** The agent with this id, or a problem that says there is none. */
import type { Agent, AgentCatalogue } from '../agents/port.ts'
import { ProblemError } from './problem-error.ts'

export function knownAgent(agents: AgentCatalogue, agentId: string): Agent {
  const agent = agents.get(agentId)
  if (!agent)
    throw new ProblemError('unknown_agent', `There is no agent “${agentId}”. GET /v1/agents lists the agents.`)
  return agent
}
