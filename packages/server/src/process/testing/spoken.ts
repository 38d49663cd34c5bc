/** The output of a process until its end. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process'

export interface Spoken {
  out(): string
  err(): string
  /** Its exit code, once all output has arrived; null if a signal ended it. */
  readonly exit: Promise<number | null>
}

export function spokenBy(child: ChildProcessWithoutNullStreams): Spoken {
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve))
  return { out: () => out, err: () => err, exit }
}
