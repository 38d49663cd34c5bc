/**
 * Whether streams can be used now, shared by everything that reads through one transport.
 *
 * Owns: the state, when a stream is tried again. Does not know: what is read, how it is found out that a stream is unusable.
 *
 * Invariant: without a reader no timer runs and nothing is tried (I10).
 */
import { backoffDelay, type Clock } from '@holdfast/core'
import { CROWDED, type FlowEvent, type FlowState, STREAMING, step } from './flow-state.ts'

const FIRST_PROBE_MS = 5_000
const LONGEST_PROBE_MS = 30_000
/** What streams have to last before their strikes are forgotten, so that a proxy that cuts them is not tried ever faster. */
const STEADY_MS = 60_000

/** Whether this tab may use one of the few connections that a browser has for streams. */
export interface Places {
  readonly free: boolean
  subscribe(listener: () => void): () => void
}

export interface Flow {
  readonly state: FlowState
  unusable(): void
  /** Called for as long as a reader needs it. `changed` is called after each change of the state. */
  enter(changed: () => void): () => void
}

export interface FlowOptions {
  readonly clock: Clock
  /** Absent: there is always room. */
  readonly places?: Places | undefined
  /** Whether a stream that is opened now flows; `thorough`: not by its first byte alone. Never rejects. */
  probe(thorough: boolean, signal: AbortSignal): Promise<boolean>
}

export function createFlow({ clock, places, probe }: FlowOptions): Flow {
  const readers = new Set<() => void>()
  let state: FlowState = places && !places.free ? CROWDED : STREAMING
  let rest = () => {}
  let unlisten = () => {}

  function dispatch(event: FlowEvent): void {
    const before = state
    state = step(before, event)
    if (state === before) return
    arm()
    for (const changed of [...readers]) changed()
  }

  /** What the present state waits for. */
  function arm(): void {
    rest()
    rest = () => {}
    if (readers.size === 0) return
    switch (state.type) {
      case 'streaming':
        if (state.strikes > 0) rest = clock.schedule(STEADY_MS, () => dispatch({ type: 'steady' }))
        break
      case 'polling': {
        const pause = { attempt: state.strikes - 1, baseMs: FIRST_PROBE_MS, maxMs: LONGEST_PROBE_MS, random: 1 }
        rest = clock.schedule(backoffDelay(pause), () => dispatch({ type: 'due' }))
        break
      }
      case 'probing': {
        const stop = new AbortController()
        rest = () => stop.abort()
        void probe(state.relapsed, stop.signal).then((flows) => {
          if (!stop.signal.aborted) dispatch({ type: flows ? 'flows' : 'unusable' })
        })
        break
      }
      case 'crowded':
        break
    }
  }

  const look = () => dispatch({ type: places?.free === false ? 'crowd' : 'room' })

  return {
    get state() {
      return state
    },
    unusable: () => dispatch({ type: 'unusable' }),
    enter(changed) {
      const own = () => changed()
      readers.add(own)
      if (readers.size === 1) {
        unlisten = places?.subscribe(look) ?? unlisten
        look()
        arm()
      }
      return () => {
        if (!readers.delete(own) || readers.size > 0) return
        unlisten()
        arm()
      }
    },
  }
}
