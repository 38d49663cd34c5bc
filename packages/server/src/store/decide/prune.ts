/**
 * When the steps of sub-agents are pruned: a time after the sub-agent ended, and not before its run has ended. What is
 * left is a summary. The log keeps everything.
 */
import { inBrief, type Subagent, type ThreadView } from '@holdfast/core'

type Known = Pick<ThreadView, 'subagents' | 'runs'>

/** When the first of these sub-agents ended, in milliseconds since the epoch; null: none has steps to prune. */
export function stepsSince(view: Known): number | null {
  let since: number | null = null
  for (const subagent of ended(view)) since = Math.min(since ?? Number.POSITIVE_INFINITY, endOf(subagent))
  return since
}

/** Those that ended at this time or earlier, the oldest first. */
export function prunable(view: Known, until: number): readonly Subagent[] {
  return ended(view)
    .filter((subagent) => endOf(subagent) <= until)
    .sort((a, b) => endOf(a) - endOf(b))
}

function ended({ subagents, runs }: Known): readonly Subagent[] {
  if (subagents.length === 0) return subagents
  const live = new Set(inBrief(runs).unended.map(({ runId }) => runId))
  return subagents.filter(({ status, steps, runId }) => status !== 'running' && steps.length > 0 && !live.has(runId))
}

function endOf({ endedAt, updatedAt }: Subagent): number {
  return Date.parse(endedAt ?? updatedAt)
}
