/**
 * Whether streams can be used, as a state machine: pure, total. Something between page and server may hold a stream back
 * (or cut it short, or refuse it) although ordinary answers come through, and a browser that shares nothing between its
 * tabs has only a few connections for all of them.
 *
 * Owns: which state follows which event. Does not know: time, requests (`flow.ts` drives it).
 */

interface Past {
  /** How often in a row streams turned out to be unusable. */
  readonly strikes: number
  /** A stream that was tried gave its first byte, and the one that was then used was held back all the same. */
  readonly relapsed: boolean
}

export type FlowState =
  | ({ readonly type: 'streaming' } & Past)
  | ({ readonly type: 'polling' } & Past)
  /** Polls go on while one stream is tried. */
  | ({ readonly type: 'probing' } & Past)
  /** Other tabs use the connections that this browser has. */
  | { readonly type: 'crowded' }

export type FlowEvent =
  /** A stream gave nothing, or ended too soon, while a poll was answered. */
  | { readonly type: 'unusable' }
  /** Streams have been used for long enough to forget the strikes. */
  | { readonly type: 'steady' }
  /** It is time to try a stream. */
  | { readonly type: 'due' }
  /** The stream that was tried gives something. */
  | { readonly type: 'flows' }
  /** There is no connection left for a stream of this tab; there is one. */
  | { readonly type: 'crowd' }
  | { readonly type: 'room' }

type StateType = FlowState['type']
type EventType = FlowEvent['type']
type StateOf<T extends StateType> = Extract<FlowState, { type: T }>
type Table = { readonly [S in StateType]: { readonly [E in EventType]: (state: StateOf<S>) => FlowState } }

const CLEAN: Past = { strikes: 0, relapsed: false }
export const STREAMING: FlowState = { type: 'streaming', ...CLEAN }
export const CROWDED: FlowState = { type: 'crowded' }

const stay = (state: FlowState): FlowState => state
const toCrowded = (): FlowState => CROWDED
const flow = ({ strikes, relapsed }: Past): FlowState => ({ type: 'streaming', strikes, relapsed })

const TABLE: Table = {
  streaming: {
    unusable: ({ strikes }) => ({ type: 'polling', strikes: strikes + 1, relapsed: strikes > 0 }),
    steady: (state) => (state.strikes === 0 ? state : STREAMING),
    due: stay,
    flows: stay,
    crowd: toCrowded,
    room: stay,
  },
  polling: {
    // Several streams are held back at once: that counts once.
    unusable: stay,
    steady: stay,
    due: ({ strikes, relapsed }) => ({ type: 'probing', strikes, relapsed }),
    flows: flow,
    crowd: toCrowded,
    room: stay,
  },
  probing: {
    unusable: ({ strikes, relapsed }) => ({ type: 'polling', strikes: strikes + 1, relapsed }),
    steady: stay,
    due: stay,
    flows: flow,
    crowd: toCrowded,
    room: stay,
  },
  crowded: {
    unusable: stay,
    steady: stay,
    due: stay,
    flows: stay,
    crowd: stay,
    room: () => STREAMING,
  },
}

export function step(state: FlowState, event: FlowEvent): FlowState {
  return (TABLE[state.type][event.type] as (state: FlowState) => FlowState)(state)
}
