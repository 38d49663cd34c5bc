import type { Outcome } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { type Activity, type ActivityEvent, isBusy, nextActivity, QUIET } from './activity.ts'

const outcome: Outcome = { type: 'succeeded' }
const STATES: Record<Activity['type'], Activity> = {
  idle: QUIET,
  starting: { type: 'starting', runId: 'mine' },
  active: { type: 'active', runId: 'mine' },
  cancelling: { type: 'cancelling', runId: 'mine' },
}

function events(runId: string): Record<ActivityEvent['type'], ActivityEvent> {
  return {
    start: { type: 'start', runId },
    accepted: { type: 'accepted', runId },
    refused: { type: 'refused', runId },
    cancel: { type: 'cancel', runId },
    'cancel-refused': { type: 'cancel-refused', runId },
    live: { type: 'live', runId },
    stopping: { type: 'stopping', runId },
    waits: { type: 'waits', runId },
    ended: { type: 'ended', runId, outcome },
    gone: { type: 'gone' },
  }
}

type Moves = Record<Activity['type'], Partial<Record<ActivityEvent['type'], Activity>>>
const active = (runId: string): Activity => ({ type: 'active', runId })
const cancelling = (runId: string): Activity => ({ type: 'cancelling', runId })
const ended = (runId: string): Activity => ({ type: 'idle', last: { runId, outcome } })

/** Every cell that moves. What is not here stays, by reference. */
const OWN: Moves = {
  idle: {
    start: { type: 'starting', runId: 'mine' },
    live: active('mine'),
    stopping: cancelling('mine'),
    ended: ended('mine'),
    gone: QUIET,
  },
  starting: {
    accepted: active('mine'),
    refused: QUIET,
    cancel: QUIET,
    live: active('mine'),
    stopping: cancelling('mine'),
    waits: QUIET,
    ended: ended('mine'),
    gone: QUIET,
  },
  active: {
    cancel: cancelling('mine'),
    stopping: cancelling('mine'),
    waits: QUIET,
    ended: ended('mine'),
    gone: QUIET,
  },
  cancelling: { 'cancel-refused': active('mine'), ended: ended('mine'), gone: QUIET },
}
const OTHER: Moves = {
  idle: {
    start: { type: 'starting', runId: 'other' },
    live: active('other'),
    stopping: cancelling('other'),
    ended: ended('other'),
    gone: QUIET,
  },
  starting: { gone: QUIET },
  active: { live: active('other'), stopping: cancelling('other'), gone: QUIET },
  cancelling: { live: active('other'), stopping: cancelling('other'), gone: QUIET },
}

describe.each([
  ['the run at hand', 'mine', OWN],
  ['another run', 'other', OTHER],
] as const)('every cell of the activity’s table, about %s', (_, runId, moves) => {
  for (const [name, state] of Object.entries(STATES)) {
    for (const [type, event] of Object.entries(events(runId))) {
      const expected = moves[name as Activity['type']][type as ActivityEvent['type']]
      it(`${name} + ${type} → ${expected?.type ?? 'stays'}`, () => {
        const next = nextActivity(state, event)
        if (expected) expect(next).toEqual(expected)
        else expect(next).toBe(state)
      })
    }
  }
})

it('S004-4 S004-6 S001-56 the composer shows Send when no run is active and Stop in every other state', () => {
  expect(Object.values(STATES).filter(isBusy)).toHaveLength(3)
  expect(isBusy(ended('mine'))).toBe(false)
})

it('S001-C1 the end of an earlier run that comes late leaves the newer one going on', () => {
  for (const state of [active('newer'), cancelling('newer'), { type: 'starting', runId: 'newer' } as const])
    expect(nextActivity(state, { type: 'ended', runId: 'older', outcome })).toBe(state)
})
