/** The recorder's parts throw a Refusal for what they do not accept. Only `record` catches it; it never leaves. */
import type { Failure, FailureCode } from '../lifecycle/outcome.ts'

export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly failure: Failure
  constructor(code: FailureCode, message: string) {
    super(message)
    this.failure = { code, message }
  }
}

/** The agent broke the AG-UI rules. */
export function broken(message: string): never {
  throw new Refusal('agent_protocol', message)
}

/** The agent went over a declared limit. */
export function tooMuch(message: string): never {
  throw new Refusal('limit_exceeded', message)
}
