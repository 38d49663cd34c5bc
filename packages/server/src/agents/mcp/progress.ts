/** Progress of a call as text, at most five times a second: the newest counts. Does not know: where it is shown. */
import type { Clock } from '@holdfast/core'

export interface ProgressReport {
  readonly progress: number
  readonly total?: number | undefined
  readonly message?: string | undefined
}

const SPACING_MS = 200
const MAX_TEXT = 500

export function createProgress(
  clock: Clock,
  show: (text: string) => void,
): { say(report: ProgressReport): void; end(): void } {
  let waiting: string | undefined
  let spaced = false
  let undo = () => {}

  function pass(text: string): void {
    spaced = true
    undo = clock.schedule(SPACING_MS, () => {
      spaced = false
      if (waiting === undefined) return
      const next = waiting
      waiting = undefined
      pass(next)
    })
    show(text)
  }

  return {
    say(report) {
      const text = textOf(report)
      if (spaced) waiting = text
      else pass(text)
    },
    /** What still waits is dropped: the call is over. */
    end() {
      spaced = true
      waiting = undefined
      undo()
    },
  }
}

function textOf({ progress, total, message }: ProgressReport): string {
  const count = total === undefined ? String(progress) : `${progress} of ${total}`
  return message === undefined || message.trim() === '' ? count : message.slice(0, MAX_TEXT)
}
