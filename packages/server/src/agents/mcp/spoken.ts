/** How many lines of what a server writes are passed on: one that writes without end fills no disk. */
import type { Clock } from '@holdfast/core'

const MAX_LINES = 100
const MINUTE_MS = 60_000

export function limitLines(clock: Clock, pass: (line: string) => void): (line: string) => void {
  let since = clock.now()
  let lines = 0
  return (line) => {
    if (clock.now() - since >= MINUTE_MS) {
      if (lines > MAX_LINES) pass(`… and ${lines - MAX_LINES} more lines`)
      since = clock.now()
      lines = 0
    }
    lines++
    if (lines <= MAX_LINES) pass(line)
  }
}
