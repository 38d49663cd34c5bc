/**
 * AgentFailure: how an agent says why it could not go on. The engine ends the run `failed{code, message}` with exactly
 * these words, as many as a sentence has; anything else an agent throws becomes `agent_error` with a general sentence.
 */
import type { Failure, FailureCode } from '@holdfast/core'

export class AgentFailure extends Error {
  override readonly name = 'AgentFailure'
  readonly code: FailureCode

  /** `message` is shown to the person: one sentence on what happened and what to do; never a secret, never a stack. */
  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** As of what an agent says of itself with RUN_ERROR. */
const MAX_MESSAGE_LENGTH = 2_000

const CODES: Readonly<Record<FailureCode, true>> = {
  agent_error: true,
  agent_protocol: true,
  agent_incomplete: true,
  agent_unknown: true,
  limit_exceeded: true,
  timeout: true,
  worker_lost: true,
  store_failed: true,
  model_auth: true,
  model_rate_limited: true,
  model_content_filter: true,
  model_context_length: true,
  model_unreachable: true,
  model_bad_response: true,
}

/**
 * What an agent threw, as a failure of the closed list. Undefined: it is none, also an `AgentFailure` whose fields are
 * not what they should be: no type holds an agent to them.
 */
export function failureIn(thrown: unknown): Failure | undefined {
  if (!(thrown instanceof AgentFailure)) return undefined
  const { code, message }: { readonly code: unknown; readonly message: unknown } = thrown
  if (typeof code !== 'string' || !Object.hasOwn(CODES, code) || typeof message !== 'string') return undefined
  return { code: code as FailureCode, message: message.slice(0, MAX_MESSAGE_LENGTH).toWellFormed() }
}
