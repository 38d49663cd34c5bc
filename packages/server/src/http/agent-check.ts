/**
 * Asks an agent whether it can take a start, before the start is accepted. An agent is third-party code: an answer
 * other than the three defined ones is a fault of the agent. It is reported and never counts as a yes.
 */
import type { Agent } from '../agents/port.ts'
import { ProblemError } from './problem-error.ts'

const MAX_CHARACTERS = 1_000

/** The refusal, if it refuses. @throws Error for an undefined answer; anything the agent throws */
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
  return new ProblemError(type, said || `The agent “${id}” cannot do this, and gave no reason.`)
}
