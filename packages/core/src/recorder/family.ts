/**
 * How many sub-agents a run has started and how deeply they are nested. Owns: the two limits. Does not know: whether a
 * sub-agent is still open.
 */
import type { RecorderLimits } from './limits.ts'
import { Refusal } from './refusal.ts'

export type FamilyLimits = Pick<RecorderLimits, 'maxSubagents' | 'maxSubagentDepth'>

export interface Family {
  /** A sub-agent is announced. @throws Refusal */
  start(id: string, parentId: string | undefined): void
  /** A sub-agent says something. It may be one that nothing announces. @throws Refusal */
  speak(id: string): void
}

export function createFamily({ maxSubagents, maxSubagentDepth }: FamilyLimits): Family {
  const depths = new Map<string, number>()

  function add(id: string, depth: number): void {
    if (depths.size >= maxSubagents && !depths.has(id)) {
      const limit = maxSubagents === 1 ? 'more than one sub-agent' : `more than ${maxSubagents} sub-agents`
      throw new Refusal('child_limit', `The agent started ${limit} in one run. Ask for less at once.`)
    }
    if (depth > maxSubagentDepth) {
      const limit = `nested sub-agents more than ${maxSubagentDepth} deep`
      throw new Refusal('depth_limit', `The agent ${limit}. Ask for a simpler task, or allow more depth.`)
    }
    depths.set(id, depth)
  }

  return {
    start: (id, parentId) => add(id, 1 + ((parentId !== undefined && depths.get(parentId)) || 0)),
    speak(id) {
      if (!depths.has(id)) add(id, 1)
    },
  }
}
