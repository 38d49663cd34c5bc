/**
 * A list that is asked for again and again while somebody looks at it. It stands where the device's one feed will be:
 * whoever uses a list sees an `Observable` and cannot tell.
 *
 * Owns: when to ask. Does not know: what is listed.
 *
 * Invariants:
 * - Nobody looks, or the page is hidden: nothing is asked, no timer runs (I10).
 * - Answers are taken in the order of the questions; there is one question at a time.
 */
import type { Environment } from '../environment/port.ts'
import { type TransportError, transportError } from '../transport/error.ts'

export interface Poll {
  /** Asks at once; if an answer is awaited, once more after it: it may have been read before the change. */
  refresh(): void
  /** How many look. */
  retain(): () => void
  close(): void
}

export interface PollOptions<T> {
  readonly environment: Environment
  readonly intervalMs: number
  ask(): Promise<T>
  onAnswer(answer: T): void
  onError(error: TransportError): void
}

export function createPoll<T>({ environment, intervalMs, ask, onAnswer, onError }: PollOptions<T>): Poll {
  let looking = 0
  let asking = false
  let again = false
  let closed = false
  let undoTimer: (() => void) | undefined
  let unlisten: (() => void) | undefined

  const isWanted = () => looking > 0 && !closed && !environment.visibility.hidden

  function refresh(): void {
    if (asking) again = true
    else if (isWanted()) void run()
  }

  async function run(): Promise<void> {
    undoTimer?.()
    undoTimer = undefined
    asking = true
    again = false
    try {
      const answer = await ask()
      if (!closed) onAnswer(answer)
    } catch (cause) {
      if (!closed) onError(transportError(cause))
    }
    asking = false
    if (!isWanted()) return
    if (again) void run()
    else undoTimer = environment.clock.schedule(intervalMs, () => void run())
  }

  function rest(): void {
    undoTimer?.()
    unlisten?.()
    undoTimer = undefined
    unlisten = undefined
  }

  function listen(): () => void {
    const look = () => {
      if (isWanted()) {
        refresh()
        return
      }
      undoTimer?.()
      undoTimer = undefined
    }
    const undo = [environment.visibility.subscribe(look), environment.connectivity.subscribe(look)]
    return () => {
      for (const one of undo) one()
    }
  }

  return {
    refresh,
    retain() {
      looking += 1
      unlisten ??= listen()
      if (looking === 1) refresh()
      let done = false
      return () => {
        if (done) return
        done = true
        looking -= 1
        if (looking === 0) rest()
      }
    },
    close() {
      closed = true
      rest()
    },
  }
}
