/**
 * Asks for something while it is observed: again when the inbox says that it may have changed, and from time to time in
 * case the inbox does not.
 *
 * Owns: when to ask. Does not know: what is listed.
 *
 * Invariants:
 * - If nobody observes, or the page is hidden, nothing is asked and no timer runs (I10).
 * - One request at a time, so answers come in the order of the requests. `soon` asks at most twice a second.
 */
import type { DeviceCache, ListName } from '../cache/port.ts'
import type { Environment } from '../environment/port.ts'
import { createListeners, undoAll } from '../observable/observable.ts'
import { type TransportError, transportError } from '../transport/error.ts'

/** The shortest time between two requests that nobody waits for. */
const SOON_MS = 500

export interface Poll {
  /** Asks at once. During a request, asks once more after it: its answer may be from before the change. */
  refresh(): void
  /** Asks once for all calls within half a second. */
  soon(): void
  /** `intervalMs` has changed. */
  retime(): void
  /** Counts one more observer. Returns the function that undoes it. */
  retain(): () => void
  close(): void
}

export interface PollOptions<T> {
  readonly environment: Environment
  intervalMs(): number
  ask(): Promise<T>
  /** What the device has under `name` is the first answer, unless the server is faster. */
  readonly cache?: DeviceCache | undefined
  readonly name: ListName
  onAnswer(answer: T): void
  onError(error: TransportError): void
}

export function createPoll<T>(options: PollOptions<T>): Poll {
  const { environment, intervalMs, ask, cache, name, onAnswer, onError } = options
  const observers = createListeners()
  let asking = false
  let again = false
  let closed = false
  let answered = false
  let askedAt = Number.NEGATIVE_INFINITY
  let undoTimer: (() => void) | undefined
  let undoSoon: (() => void) | undefined
  let rest = () => {}
  const isWanted = () => observers.size > 0 && !closed && !environment.visibility.hidden

  function refresh(): void {
    if (asking) again = true
    else if (isWanted()) void run()
  }

  function soon(): void {
    if (undoSoon || !isWanted()) return
    // The clock may have been set back since.
    const pause = Math.min(SOON_MS, askedAt + SOON_MS - environment.clock.now())
    if (pause <= 0) refresh()
    else
      undoSoon = environment.clock.schedule(pause, () => {
        undoSoon = undefined
        refresh()
      })
  }

  function stopTimers(): void {
    undoTimer?.()
    undoSoon?.()
    undoTimer = undefined
    undoSoon = undefined
  }

  function wait(): void {
    undoTimer?.()
    undoTimer = environment.clock.schedule(intervalMs(), () => void run())
  }

  async function run(): Promise<void> {
    stopTimers()
    askedAt = environment.clock.now()
    asking = true
    again = false
    await ask()
      .then((answer) => closed || take(answer))
      .catch((cause) => closed || onError(transportError(cause)))
    asking = false
    if (!isWanted()) return
    if (again) void run()
    else wait()
  }

  function take(answer: T): void {
    answered = true
    onAnswer(answer)
    cache?.writeList(name, answer)
  }

  async function recall(): Promise<void> {
    const answer = await cache?.readList(name)
    if (answer !== undefined && !answered && !closed) onAnswer(answer as T)
  }

  function look(): void {
    if (isWanted()) refresh()
    else stopTimers()
  }

  return {
    refresh,
    soon,
    retime: () => undoTimer && wait(),
    retain() {
      const undo = observers.add(() => {})
      if (observers.size === 1) {
        if (!answered) void recall()
        rest = undoAll(environment.visibility.subscribe(look), environment.connectivity.subscribe(look), stopTimers)
        refresh()
      }
      return () => {
        undo()
        if (observers.size === 0) rest()
      }
    },
    close() {
      closed = true
      rest()
    },
  }
}
