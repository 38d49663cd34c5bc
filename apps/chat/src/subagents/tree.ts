/**
 * Sub-agents as a tree: each one under the one that started it.
 *
 * Pure. Owns: the nesting. Does not know: React, tool calls of the run's own agent.
 */
import type { Subagent } from '@holdfast/core'

export interface Node {
  readonly agent: Subagent
  readonly children: readonly Node[]
}

/** An agent's ids may name a circle: each sub-agent is shown once. */
export function treeOf(agents: readonly Subagent[]): readonly Node[] {
  const byId = new Map(agents.map((agent) => [nameOf(agent), agent]))
  const children = new Map<Subagent | undefined, Subagent[]>()
  for (const agent of agents) {
    const { runId, parentSubagentRunId: id } = agent
    const parent = id === undefined ? undefined : byId.get(nameOf({ runId, subagentRunId: id }))
    const under = parent === agent ? undefined : parent
    children.set(under, [...(children.get(under) ?? []), agent])
  }
  const shown = new Set<Subagent>()
  const nodeOf = (agent: Subagent): Node => {
    shown.add(agent)
    return { agent, children: (children.get(agent) ?? []).filter((each) => !shown.has(each)).map(nodeOf) }
  }
  const roots = (children.get(undefined) ?? []).map(nodeOf)
  for (const agent of agents) if (!shown.has(agent)) roots.push(nodeOf(agent))
  return roots
}

/** Unique in a thread. */
export function nameOf({ runId, subagentRunId }: Pick<Subagent, 'runId' | 'subagentRunId'>): string {
  return `${runId}/${subagentRunId}`
}

/** How many steps it has taken, those included that are not kept. */
export function stepsOf({ steps, droppedSteps }: Pick<Subagent, 'steps' | 'droppedSteps'>): number {
  return steps.length + droppedSteps
}

/** In milliseconds, up to `now` while it runs. */
export function tookOf({ startedAt, endedAt }: Pick<Subagent, 'startedAt' | 'endedAt'>, now: number): number {
  return Math.max(0, (endedAt === undefined ? now : Date.parse(endedAt)) - Date.parse(startedAt))
}
