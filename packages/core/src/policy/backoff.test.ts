import fc from 'fast-check'
import { expect, it } from 'vitest'
import { backoffDelay } from './backoff.ts'

const policy = { baseMs: 500, maxMs: 30_000 }

it.each([
  [0, 0, 250],
  [0, 0.5, 375],
  [3, 0, 2_000],
  [6, 0, 15_000],
  [5_000, 0, 15_000],
  [-1, 0, 250],
])('attempt %i with throw %d waits %i ms', (attempt, random, ms) => {
  expect(backoffDelay({ ...policy, attempt, random })).toBe(ms)
})

it('waits between half of its step and all of it, never more than the maximum, spread by chance', () => {
  fc.assert(
    fc.property(fc.nat(60), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, random) => {
      const step = Math.min(30_000, 500 * 2 ** attempt)
      const delay = backoffDelay({ ...policy, attempt, random })
      expect(delay).toBeGreaterThanOrEqual(step / 2)
      expect(delay).toBeLessThanOrEqual(step)
    }),
  )
})
