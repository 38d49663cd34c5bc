import { describe, expect, it } from 'vitest'
import { pullLine, type Stop, type StopLine } from './stop-line.ts'

const STOPS: Record<Stop['type'], Stop> = {
  cancel: { type: 'cancel', cancel: { by: 'me' } },
  fail: { type: 'fail', failure: { code: 'store_failed', message: 'x' } },
  release: { type: 'release' },
  lost: { type: 'lost' },
}
const createLine = (): StopLine => ({ controller: new AbortController(), stop: undefined })
const ALL = Object.values(STOPS)

describe('a second reason', () => {
  const cells = ALL.flatMap((first) => ALL.map((second) => [first, second] as const))
  it.each(cells)('$type then $type: only a lost lease replaces another', (first, second) => {
    const line = createLine()
    pullLine(line, first)
    pullLine(line, second)
    expect(line.stop).toBe(second.type === 'lost' && first.type !== 'lost' ? second : first)
  })
})

it('aborts the signal at the first pull, with a reason that fetch understands', () => {
  const line = createLine()
  let aborted = 0
  const { signal } = line.controller
  signal.addEventListener('abort', () => aborted++)
  pullLine(line, STOPS.cancel)
  pullLine(line, STOPS.lost)
  expect(aborted).toBe(1)
  expect(signal.reason).toMatchObject({ name: 'AbortError', message: 'The run was cancelled.' })
})
