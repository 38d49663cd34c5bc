/**
 * AgentFailure: how an agent says why it could not go on. The engine ends the run `failed{code, message}` with exactly
 * these words; anything else an agent throws becomes `agent_error` with a general sentence.
 */
import type { FailureCode } from '@holdfast/core'

export class AgentFailure extends Error {
  override readonly name = 'AgentFailure'
  readonly code: FailureCode

  /** `message` is shown to the person: one sentence on what happened and what to do; never a secret, never a stack. */
  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
