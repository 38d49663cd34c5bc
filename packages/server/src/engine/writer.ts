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
import { StoreFault } from '../store/fault.ts'
import type { LeaseState } from '../store/port.ts'
import type { FlushTick } from './flush-tick.ts'
import type { Patience } from './patience.ts'

/** Bytes that may wait before the agent is no longer asked for more. */
export const PAUSE_BYTES = 64 * 1024

export interface Writer {
  /** Something may wait to be written. */
  poke(): void
  /** Whether the agent may go on; `room` resolves once it may. */
  readonly full: boolean
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
  readonly patience: Patience
  readonly clock: Pick<Clock, 'now'>
}

type State =
  | { readonly type: 'idle' }
  | { readonly type: 'gathering'; readonly undo: () => void }
  | { readonly type: 'writing'; readonly done: Promise<void> }
  | { readonly type: 'over' }

export function createWriter(options: WriterOptions): Writer {
  const { recorder, append, hear, onFault, giveUp, leaseUntil, tick, patience, clock } = options
  let state: State = { type: 'idle' }
  let unwritten: readonly string[] = []
  let first = true
  let closing = false
  let cutWait = () => {}
  let roomMade = () => {}

  function poke(): void {
    if (state.type !== 'idle' || closing || recorder.pendingBytes === 0) return
    if (first) flush()
    else state = { type: 'gathering', undo: tick.request(flush) }
    first = false
  }

  function flush(): void {
    unwritten = recorder.take()
    roomMade()
    state = { type: 'writing', done: write() }
  }

  async function write(): Promise<void> {
    const written = await persist()
    state = written ? { type: 'idle' } : { type: 'over' }
    poke()
  }

  async function persist(): Promise<boolean> {
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
        const delay = patience.delay(attempt)
        if (closing) return false
        if (isClosed(error) || clock.now() + delay >= deadline) {
          giveUp()
          return false
        }
        const { over, cut } = patience.wait(delay)
        cutWait = cut
        await over
        if (closing) return false
      }
    }
  }

  return {
    poke,
    get full() {
      return recorder.pendingBytes > PAUSE_BYTES
    },
    room: () =>
      new Promise((resolve) => {
        roomMade = resolve
        if (recorder.pendingBytes <= PAUSE_BYTES) resolve()
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
  return error instanceof StoreFault && error.code === 'storage_closed'
}
