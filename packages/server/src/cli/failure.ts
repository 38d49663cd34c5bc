/** Why a command failed, as one sentence, and its exit code. */

export const EXIT = {
  done: 0,
  /** The command failed, or found a problem. */
  failed: 1,
  /** Wrong usage. */
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
