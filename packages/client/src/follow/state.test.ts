import { describe, expect, it } from 'vitest'
import { type ConnectionEvent, type ConnectionState, IDLE, isConnected, step } from './state.ts'

const STATES: Record<ConnectionState['type'], ConnectionState> = {
  idle: IDLE,
  connecting: { type: 'connecting', attempt: 2 },
  'catching-up': { type: 'catching-up', attempt: 2 },
  live: { type: 'live', attempt: 2 },
  waiting: { type: 'waiting', attempt: 2 },
  paused: { type: 'paused', reasons: new Set(['missing']) },
}

const EVENTS: Record<ConnectionEvent['type'], ConnectionEvent> = {
  open: { type: 'open' },
  close: { type: 'close' },
  opened: { type: 'opened' },
  'caught-up': { type: 'caught-up' },
  steady: { type: 'steady' },
  lost: { type: 'lost' },
  due: { type: 'due' },
  wake: { type: 'wake' },
  pause: { type: 'pause', reason: 'unauthorized' },
  resume: { type: 'resume', reason: 'missing' },
}

const PAUSED: ConnectionState = { type: 'paused', reasons: new Set(['unauthorized']) }
const WAITING: ConnectionState = { type: 'waiting', attempt: 3 }

/** Every cell that moves. What is not here stays, by reference. */
const MOVES: Record<ConnectionState['type'], Partial<Record<ConnectionEvent['type'], ConnectionState>>> = {
  idle: { open: { type: 'connecting', attempt: 0 } },
  connecting: { close: IDLE, opened: { type: 'catching-up', attempt: 2 }, lost: WAITING, pause: PAUSED },
  'catching-up': { close: IDLE, 'caught-up': { type: 'live', attempt: 2 }, lost: WAITING, pause: PAUSED },
  live: { close: IDLE, steady: { type: 'live', attempt: 0 }, lost: WAITING, pause: PAUSED },
  waiting: {
    close: IDLE,
    due: { type: 'connecting', attempt: 2 },
    wake: { type: 'connecting', attempt: 2 },
    pause: PAUSED,
  },
  paused: {
    close: IDLE,
    pause: { type: 'paused', reasons: new Set(['missing', 'unauthorized']) },
    resume: { type: 'connecting', attempt: 0 },
  },
}

describe('every cell of the connection’s table', () => {
  for (const [name, state] of Object.entries(STATES)) {
    for (const [type, event] of Object.entries(EVENTS)) {
      const expected = MOVES[name as ConnectionState['type']][type as ConnectionEvent['type']]
      it(`${name} + ${type} → ${expected?.type ?? 'stays'}`, () => {
        const next = step(state, event)
        if (expected) expect(next).toEqual(expected)
        else expect(next).toBe(state)
      })
    }
  }
})

it('pausing is a set of reasons: only the last one resumed lets it try again', () => {
  const both = step(STATES.paused, EVENTS.pause)
  expect(step(both, EVENTS.resume)).toEqual(PAUSED)
  expect(step(PAUSED, EVENTS.resume)).toBe(PAUSED)
})

it('a connection is open, or being opened, in exactly three states', () => {
  const connected = Object.values(STATES).filter(isConnected)
  expect(connected.map(({ type }) => type)).toEqual(['connecting', 'catching-up', 'live'])
})
