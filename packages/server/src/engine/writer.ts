/**
 * Brings what the recorder has gathered into the log. Does not know: what events mean, how a run ends.
 *
 * Invariants:
 * - One append in flight; the next goes out once that is acknowledged and a beat has come, the very first at once.
 * - What is not known to be written is kept, in order, and given back by `close`: nothing is dropped (G2).
 * - A store that has a fault is tried again until the lease it had then is over; meanwhile nothing else is taken, so
 *   that the agent stands still (`room`) and memory is bounded.
 */
import type { Clock, Recorder } from '@holdfast/core'
import { isGone, StoreFault } from '../store/fault.ts'
import type { LeaseState } from '../store/port.ts'
import type { Backoff } from './backoff.ts'
import type { FlushTick } from './flush-tick.ts'

/**
 * Bytes, and events, that may wait before the agent is no longer asked for more. So much is written every 20 ms, which
 * is a hundred times what a model says: who says more floods, and is slowed down to what hurts nobody (G10).
 */
export const PAUSE_BYTES = 16 * 1024
const PAUSE_EVENTS = 250

export interface Writer {
  /** Something was said, and may wait to be written. */
  poke(): void
  /** Whether the agent may go on; `room` resolves once it may. */
  full(): boolean
  room(): Promise<void>
  /** Begins no further append, waits for the one in flight; gives what was taken and is not known to be written. */
  close(): Promise<readonly string[]>
}

export interface WriterOptions {
  readonly recorder: Pick<Recorder, 'take' | 'pendingBytes'>
  readonly append: (events: readonly string[]) => Promise<LeaseState>
  /** What the store said of the lease. */
  readonly hear: (state: LeaseState) => void
  readonly onFault: (error: unknown) => void
  /** The store could not write for as long as the lease lasted. */
  readonly giveUp: () => void
  /** When the lease is over as far as this process knows, by its clock. */
  readonly leaseUntil: () => number
  readonly tick: FlushTick
  /** Milliseconds between two appends of this run, at least: deltas gather meanwhile. */
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
  /** When the last append was due: counted from when it went out, one late beat would make all that follow late. */
  let dueAt = Number.NEGATIVE_INFINITY
  /** Events since the last append. */
  let said = 0
  let closing = false
  let cutWait = () => {}
  let roomMade = () => {}

  function begin(): void {
    if (state.type !== 'idle' || closing || recorder.pendingBytes() === 0) return
    if (first) flush()
    else gather()
    first = false
  }

  function gather(): void {
    dueAt = Math.max(clock.now(), dueAt + gatherMs)
    state = { type: 'gathering', undo: tick.request(flush, dueAt) }
  }

  function flush(): void {
    unwritten = recorder.take()
    said = 0
    roomMade()
    state = { type: 'writing', done: write() }
  }

  async function write(): Promise<void> {
    const written = await appendWithRetry()
    state = written ? { type: 'idle' } : { type: 'over' }
    begin()
  }

  async function appendWithRetry(): Promise<boolean> {
    let deadline: number | undefined
    for (let attempt = 0; ; attempt++) {
      try {
        const said = await append(unwritten)
        // What `lost` refused stays refused: it belongs to nobody any more.
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
    async close() {
      closing = true
      if (state.type === 'gathering') state.undo()
      if (state.type === 'writing') {
        cutWait()
        await state.done
      }
      state = { type: 'over' }
      return unwritten
    },
  }
}

function isClosed(error: unknown): boolean {
  return error instanceof StoreFault && isGone(error.code)
}
