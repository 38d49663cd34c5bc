/**
 * Appends what the recorder has gathered to the log. Does not know: what events mean, how a run ends.
 *
 * Invariants:
 * - One append is in flight at a time. The next one starts when that is acknowledged and a beat has come; the very
 *   first starts at once.
 * - Events that are not known to be written are kept in order and returned by `close`, so nothing is lost (G2).
 * - A faulty store is retried until the lease of that time is over. Meanwhile nothing else is taken, so the agent
 *   stands still (`room`) and memory is bounded.
 */
import type { Clock, Recorder } from '@holdfast/core'
import { isGone, StoreFault } from '../store/fault.ts'
import type { LeaseState } from '../store/port.ts'
import type { Backoff } from './backoff.ts'
import type { FlushTick } from './flush-tick.ts'

/**
 * Bytes, and events, that may wait before the agent is no longer asked for more. This much every 20 ms is a hundred
 * times what a model sends; a faster agent floods, and is slowed to a rate that harms nobody (G10).
 */
export const PAUSE_BYTES = 16 * 1024
const PAUSE_EVENTS = 250

export interface Writer {
  /** The recorder has an event that may need writing. */
  poke(): void
  /** Whether the agent must wait. `room` resolves when it may continue. */
  full(): boolean
  room(): Promise<void>
  /**
   * Resolves when all that the recorder has gathered so far is durable, and writes it with the next beat. Rejects when
   * this writer will not write it. A rejection that nobody handles is harmless.
   */
  written(): Promise<void>
  /** Rejects every pending `written`. What is on its way is still written. */
  refuse(reason: unknown): void
  /**
   * Starts no further append and waits for the one in flight. Returns what was taken and is not known to be written.
   */
  close(): Promise<readonly string[]>
}

export interface WriterOptions {
  readonly recorder: Pick<Recorder, 'take' | 'pendingBytes'>
  readonly append: (events: readonly string[]) => Promise<LeaseState>
  /** The store's answer about the lease. */
  readonly hear: (state: LeaseState) => void
  readonly onFault: (error: unknown) => void
  /** The store could not write while the lease lasted. */
  readonly giveUp: () => void
  /** When the lease ends as far as this process knows, on its clock. */
  readonly leaseUntil: () => number
  readonly tick: FlushTick
  /** Minimum milliseconds between two appends of this run. Deltas gather meanwhile. */
  readonly gatherMs: number
  readonly backoff: Backoff
  readonly clock: Pick<Clock, 'now'>
}

type State =
  | { readonly type: 'idle' }
  | { readonly type: 'gathering'; readonly undo: () => void }
  | { readonly type: 'writing'; readonly done: Promise<void> }
  | { readonly type: 'over' }

export function createWriter(options: WriterOptions): Writer {
  const { recorder, append, hear, onFault, giveUp, leaseUntil, tick, gatherMs, backoff, clock } = options
  let state: State = { type: 'idle' }
  let unwritten: readonly string[] = []
  let first = true
  /** When the last append was due. Counting from when it started would make all later ones late after one late beat. */
  let dueAt = Number.NEGATIVE_INFINITY
  /** Events since the last append. */
  let said = 0
  let closing = false
  let cutWait = () => {}
  let roomMade = () => {}
  /** Settled with the append that is in flight, and with the one after it. */
  let flying: PromiseWithResolvers<void> | undefined
  let next: PromiseWithResolvers<void> | undefined

  function begin(): void {
    if (state.type !== 'idle' || closing || recorder.pendingBytes() === 0) return
    if (first) flush()
    else if (next) hurry()
    else gather()
    first = false
  }

  function hurry(): void {
    dueAt = clock.now()
    state = { type: 'gathering', undo: tick.request(flush) }
  }

  function gather(): void {
    dueAt = Math.max(clock.now(), dueAt + gatherMs)
    state = { type: 'gathering', undo: tick.request(flush, dueAt) }
  }

  function flush(): void {
    unwritten = recorder.take()
    said = 0
    flying = next
    next = undefined
    roomMade()
    state = { type: 'writing', done: write() }
  }

  async function write(): Promise<void> {
    const isWritten = await appendWithRetry()
    state = isWritten ? { type: 'idle' } : { type: 'over' }
    if (isWritten) flying?.resolve()
    else refuse(new DOMException('The rest of the run cannot be written.', 'AbortError'))
    flying = undefined
    begin()
  }

  function written(): Promise<void> {
    const isPending = recorder.pendingBytes() > 0
    switch (state.type) {
      case 'over':
        return refused(new DOMException('The run is over.', 'AbortError'))
      case 'idle':
        // Something is pending only while the run ends, which writes it.
        return isPending ? refused(new DOMException('The run is ending.', 'AbortError')) : Promise.resolve()
      case 'writing':
        if (isPending) return withNext()
        flying ??= handled()
        return flying.promise
      case 'gathering':
        if (next) return next.promise
        state.undo()
        hurry()
        return withNext()
    }
  }

  function withNext(): Promise<void> {
    next ??= handled()
    return next.promise
  }

  function refuse(reason: unknown): void {
    flying?.reject(reason)
    next?.reject(reason)
    flying = undefined
    next = undefined
  }

  async function appendWithRetry(): Promise<boolean> {
    let deadline: number | undefined
    for (let attempt = 0; ; attempt++) {
      try {
        const said = await append(unwritten)
        // After `lost` these events are refused for good.
        unwritten = []
        hear(said)
        return said.type !== 'lost'
      } catch (error) {
        onFault(error)
        deadline ??= leaseUntil()
        const delay = backoff.delay(attempt)
        if (closing) return false
        if (isClosed(error) || clock.now() + delay >= deadline) {
          giveUp()
          return false
        }
        const { over, cut } = backoff.wait(delay)
        cutWait = cut
        await over
        if (closing) return false
      }
    }
  }

  function isFull(): boolean {
    const pendingBytes = recorder.pendingBytes()
    return pendingBytes > PAUSE_BYTES || (said > PAUSE_EVENTS && pendingBytes > 0)
  }

  return {
    poke() {
      said++
      begin()
    },
    full: isFull,
    room: () =>
      new Promise((resolve) => {
        roomMade = resolve
        if (!isFull()) resolve()
      }),
    written,
    refuse,
    async close() {
      closing = true
      if (state.type === 'gathering') state.undo()
      if (state.type === 'writing') {
        cutWait()
        await state.done
      }
      state = { type: 'over' }
      refuse(new DOMException('The run is over.', 'AbortError'))
      return unwritten
    },
  }
}

function isClosed(error: unknown): boolean {
  return error instanceof StoreFault && isGone(error.code)
}

/** An agent may leave `written` unhandled, and an unhandled rejection would end the process. */
function handled(): PromiseWithResolvers<void> {
  const waiting = Promise.withResolvers<void>()
  waiting.promise.catch(() => {})
  return waiting
}

export function refused(reason: unknown): Promise<never> {
  const promise = Promise.reject(reason)
  promise.catch(() => {})
  return promise
}
