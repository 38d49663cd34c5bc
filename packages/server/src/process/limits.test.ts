import { expect, it } from 'vitest'
import { LimitsSchema, resolveLimits } from './limits.ts'

it('a run is resumed three times and steps are kept for seven days, unless the configuration says otherwise', () => {
  expect(resolveLimits()).toMatchObject({ maxResumes: 3, keepStepsMs: 7 * 24 * 60 * 60 * 1_000 })
  expect(resolveLimits({ maxResumes: 0, keepStepsMs: 0 })).toMatchObject({ maxResumes: 0, keepStepsMs: 0 })
  for (const wrong of [-1, 0.5, Number.POSITIVE_INFINITY, '3']) {
    expect(LimitsSchema.safeParse({ maxResumes: wrong }).success, String(wrong)).toBe(false)
    expect(LimitsSchema.safeParse({ keepStepsMs: wrong }).success, String(wrong)).toBe(false)
  }
})
