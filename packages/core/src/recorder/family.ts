/**
 * How many sub-agents a run has started and how deeply they are nested. Owns: the two limits. Does not know: whether a
 * sub-agent is still open.
 */
import type { RecorderLimits } from './limits.ts'
import { Refusal } from './refusal.ts'

export type FamilyLimits = Pick<RecorderLimits, 'maxSubagents' | 'maxSubagentDepth'>

export interface Family {
  /** @throws Refusal */
  add(id: string, parentId: string | undefined): void
}

export function createFamily({ maxSubagents, maxSubagentDepth }: FamilyLimits): Family {
  const depths = new Map<string, number>()
  return {
    add(id, parentId) {
      if (depths.size >= maxSubagents) {
        const limit = maxSubagents === 1 ? 'more than one sub-agent' : `more than ${maxSubagents} sub-agents`
        throw new Refusal('child_limit', `The agent started ${limit} in one run. Ask for less at once.`)
      }
      const depth = 1 + ((parentId !== undefined && depths.get(parentId)) || 0)
      if (depth > maxSubagentDepth) {
        const limit = `nested sub-agents more than ${maxSubagentDepth} deep`
        throw new Refusal('depth_limit', `The agent ${limit}. Ask for a simpler task, or allow more depth.`)
      }
      depths.set(id, depth)
    },
  }
}
