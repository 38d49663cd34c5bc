import { describe, expect, it } from 'vitest'
import { requestStop, type Stop, type Stoppable } from './request-stop.ts'

const STOPS: Record<Stop['type'], Stop> = {
  cancel: { type: 'cancel', cancel: { by: 'me' } },
  fail: { type: 'fail', failure: { code: 'store_failed', message: 'x' } },
  release: { type: 'release' },
  lost: { type: 'lost' },
}
const createStoppable = (): Stoppable => ({ controller: new AbortController(), stop: undefined, children: undefined })
const ALL = Object.values(STOPS)

describe('a second stop', () => {
  const cells = ALL.flatMap((first) => ALL.map((second) => [first, second] as const))
  it.each(cells)('$type then $type: only a lost lease replaces another', (first, second) => {
    const run = createStoppable()
    requestStop(run, first)
    requestStop(run, second)
    expect(run.stop).toBe(second.type === 'lost' && first.type !== 'lost' ? second : first)
  })
})

it('aborts the signal on the first request, with a reason that fetch understands', () => {
  const run = createStoppable()
  let aborted = 0
  const { signal } = run.controller
  signal.addEventListener('abort', () => aborted++)
  requestStop(run, STOPS.cancel)
  requestStop(run, STOPS.lost)
  expect(aborted).toBe(1)
  expect(signal.reason).toMatchObject({ name: 'AbortError', message: 'The run was cancelled.' })
})
