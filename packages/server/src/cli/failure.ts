/** Why a command did not do what it was asked, as one sentence, and the exit code that says so to a program. */

export const EXIT = {
  done: 0,
  /** It was tried and did not work, or something is wrong. */
  failed: 1,
  /** The command itself was not understood. */
  usage: 2,
  /** No server answers. */
  unreachable: 3,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: ExitCode
  constructor(sentence: string, exitCode: ExitCode = EXIT.failed, options?: ErrorOptions) {
    super(sentence, options)
    this.exitCode = exitCode
  }
}
