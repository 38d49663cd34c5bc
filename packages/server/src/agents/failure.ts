/**
 * AgentFailure: how an agent says why it could not go on. The engine ends the run `failed{code, message}` with exactly
 * these words, as many as a sentence has; anything else an agent throws becomes `agent_error` with a general sentence.
 */
import { FAILURE_CODES, type Failure, type FailureCode, failureSaying } from '@holdfast/core'

export class AgentFailure extends Error {
  override readonly name = 'AgentFailure'
  readonly code: FailureCode

  /** `message` is shown to the person: one sentence on what happened and what to do; never a secret, never a stack. */
  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/**
 * What an agent threw, as a failure of the closed list. Undefined: it is none, also an `AgentFailure` whose fields are
 * not what they should be: no type holds an agent to them.
 */
export function failureIn(thrown: unknown): Failure | undefined {
  if (!(thrown instanceof AgentFailure)) return undefined
  const { code, message }: { readonly code: unknown; readonly message: unknown } = thrown
  const known = FAILURE_CODES.find((each) => each === code)
  return known === undefined || typeof message !== 'string' ? undefined : failureSaying(known, message)
}
