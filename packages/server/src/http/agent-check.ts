/**
 * Asks an agent whether it can take a start, or a person's answer, before that is accepted. An agent is third-party
 * code: an answer other than the defined ones is a fault of the agent. It is reported and never counts as a yes.
 */
import type { Interrupt } from '@ag-ui/core'
import type { Clock } from '@holdfast/core'
import type { Agent } from '../agents/port.ts'
import { ProblemError } from './problem-error.ts'

const MAX_CHARACTERS = 1_000
/** Milliseconds that an agent may take to check something. */
const MAX_CHECK_MS = 10_000

/** The refusal, if it refuses. @throws Error for an undefined or late answer; anything the agent throws */
export async function refusalOf(
  agent: Pick<Agent, 'id' | 'check'>,
  forwardedProps: unknown,
  clock: Pick<Clock, 'schedule'>,
): Promise<ProblemError | undefined> {
  if (!agent.check) return undefined
  const verdict = await inTime(agent.id, 'a start', clock, async () => agent.check?.(forwardedProps))
  return refusalIn(agent.id, verdict, ['not_supported', 'invalid'])
}

/** The same for the answer to one of its questions. */
export async function refusalOfAnswer(
  agent: Pick<Agent, 'id' | 'checkAnswer'>,
  { interrupt, payload }: { readonly interrupt: Interrupt; readonly payload: unknown },
  clock: Pick<Clock, 'schedule'>,
): Promise<ProblemError | undefined> {
  if (!agent.checkAnswer) return undefined
  // Copies: what the agent changes in them must not reach the run.
  const verdict = await inTime(agent.id, 'an answer', clock, async () =>
    agent.checkAnswer?.(structuredClone(interrupt), structuredClone(payload)),
  )
  return refusalIn(agent.id, verdict, ['invalid'])
}

async function inTime(
  id: string,
  what: string,
  clock: Pick<Clock, 'schedule'>,
  check: () => Promise<unknown>,
): Promise<unknown> {
  const late = Promise.withResolvers<never>()
  const undo = clock.schedule(MAX_CHECK_MS, () =>
    late.reject(new Error(`The agent "${id}" took too long to check ${what}.`)),
  )
  try {
    return await Promise.race([check(), late.promise])
  } finally {
    undo()
  }
}

function refusalIn<Type extends 'not_supported' | 'invalid'>(
  id: string,
  verdict: unknown,
  refusals: readonly Type[],
): ProblemError | undefined {
  const { type, message } = (typeof verdict === 'object' && verdict !== null ? verdict : {}) as Record<string, unknown>
  if (type === 'ok') return undefined
  const refused = refusals.find((one) => one === type)
  if (!refused) throw new Error(`The agent "${id}" answered its check with neither ok nor ${refusals.join(' nor ')}.`)
  const said = typeof message === 'string' ? message.trim().slice(0, MAX_CHARACTERS).toWellFormed() : ''
  return new ProblemError(refused, said || `The agent “${id}” cannot do this, and gave no reason.`)
}
