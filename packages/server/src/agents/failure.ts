/**
 * AgentFailure: how an agent says why it cannot continue. The engine ends the run `failed{code, message}` with this
 * message, cut to the length of a sentence. Anything else an agent throws becomes `agent_error` with a general
 * sentence.
 */
import { FAILURE_CODES, type Failure, type FailureCode, failureSaying } from '@holdfast/core'

export class AgentFailure extends Error {
  override readonly name = 'AgentFailure'
  readonly code: FailureCode

  /**
   * `message` is shown to the person: one sentence that says what happened and what to do. Never a secret or a stack
   * trace.
   */
  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/**
 * A thrown value as a failure with a known code. Undefined if it is not an `AgentFailure`, or one with invalid fields:
 * no type checks them at runtime.
 */
export function failureIn(thrown: unknown): Failure | undefined {
  if (!(thrown instanceof AgentFailure)) return undefined
  const { code, message }: { readonly code: unknown; readonly message: unknown } = thrown
  const known = FAILURE_CODES.find((each) => each === code)
  return known === undefined || typeof message !== 'string' ? undefined : failureSaying(known, message)
}
