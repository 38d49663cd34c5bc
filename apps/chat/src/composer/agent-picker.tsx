/** Who shall answer, where there is a choice; and that the one who answered before cannot any more. */
import type { AgentChoice } from './use-agent.ts'

export function AgentPicker({ agents, chosen, gone, choose }: AgentChoice) {
  const title = agents.find(({ agentId }) => agentId === chosen)?.title ?? chosen
  return (
    <>
      {gone !== undefined && (
        <span className="composer-gone" role="status">
          The agent “{gone}” is no longer available.{title !== undefined && ` ${title} will answer.`}
        </span>
      )}
      {agents.length > 1 && (
        <label className="composer-agent">
          Agent
          <select value={chosen} onChange={(event) => choose(event.target.value)}>
            {agents.map(({ agentId, title }) => (
              <option key={agentId} value={agentId}>
                {title}
              </option>
            ))}
          </select>
        </label>
      )}
    </>
  )
}
