/** Who shall answer, where there is a choice. */
import type { AgentInfo } from '@holdfast/core'

interface AgentPickerProps {
  readonly agents: readonly AgentInfo[]
  readonly chosen: string | undefined
  choose(agentId: string): void
}

export function AgentPicker({ agents, chosen, choose }: AgentPickerProps) {
  if (agents.length < 2) return null
  return (
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
  )
}
