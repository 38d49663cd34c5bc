/**
 * What an agent says of a start before it is accepted. An agent is anybody's code: what it says is one of three things, or
 * a fault of the agent, which is noted and never taken for a yes.
 */
import type { Agent } from '../agents/port.ts'
import { ProblemError } from './problem-error.ts'

const MAX_CHARACTERS = 1_000

/** The refusal, if it refuses. @throws Error for an answer that is none; whatever the agent throws */
export function refusalOf(
  { id, check }: Pick<Agent, 'id' | 'check'>,
  forwardedProps: unknown,
): ProblemError | undefined {
  if (!check) return undefined
  const verdict: unknown = check(forwardedProps)
  const { type, message } = (typeof verdict === 'object' && verdict !== null ? verdict : {}) as Record<string, unknown>
  if (type === 'ok') return undefined
  if (type !== 'not_supported' && type !== 'invalid') {
    throw new Error(`The agent "${id}" answered its check with neither ok, not_supported nor invalid.`)
  }
  const said = typeof message === 'string' ? message.trim().slice(0, MAX_CHARACTERS).toWellFormed() : ''
  return new ProblemError(type, said || `The agent “${id}” cannot do this, and does not say why.`)
}
