/** `Subagents`, loaded when the first one is started. Their place is kept free meanwhile, so that nothing moves. */
import { layer, layerPart } from '../frame/layer.tsx'
import type { SubagentsProps } from './subagents.tsx'

const part = layerPart(() => import('./subagents.tsx'))

export const Subagents = layer<SubagentsProps>(part, ({ agents }) => (
  <ul className="subagents" aria-hidden="true">
    {agents.map(({ runId, subagentRunId }) => (
      <li key={`${runId}/${subagentRunId}`} className="subagent">
        <div className="subagent-head" />
      </li>
    ))}
  </ul>
))
