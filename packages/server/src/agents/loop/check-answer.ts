/** Whether a person's answer to a question of the loop can be used, before it is accepted. */
import type { Interrupt } from '@ag-ui/core'
import type { AnswerCheck } from '../port.ts'
import { byModelName } from '../tools/model-names.ts'
import { formOf } from './questions.ts'
import type { LoopAgent } from './run.ts'

export async function checkAnswer(agent: LoopAgent, interrupt: Interrupt, payload: unknown): Promise<AnswerCheck> {
  const form = formOf(interrupt, payload)
  if (form.type !== 'arguments') return form
  const asking = form.agentId === undefined ? agent : (agentIn(agent, form.agentId) ?? agent)
  const tool = byModelName(await asking.tools()).get(form.toolName)
  if (!tool) return { type: 'invalid', message: `The tool ${form.toolName} is not available any more. Deny the call.` }
  try {
    const parsed = await tool.parse(form.given)
    return parsed.type === 'ok'
      ? { type: 'ok' }
      : { type: 'invalid', message: `The tool does not take these arguments: ${parsed.message}` }
  } catch {
    return {
      type: 'invalid',
      message: 'The tool could not check these arguments. Approve the call without a change, or deny it.',
    }
  }
}

/** The agent itself, or one that it may start, however deep. They may start each other. */
function agentIn(agent: LoopAgent, id: string, seen = new Set<LoopAgent>()): LoopAgent | undefined {
  if (agent.id === id) return agent
  seen.add(agent)
  for (const each of agent.subAgents) {
    const found = seen.has(each) ? undefined : agentIn(each, id, seen)
    if (found) return found
  }
  return undefined
}
