/** How long each refusal is waited for: by its content, and by its Retry-After in any format. */
import { describe, expect, it } from 'vitest'
import { ProviderError } from './provider-error.ts'
import { refusalOf } from './waiting.ts'

const NOW = Date.UTC(2026, 0, 1)
const RATE = { error: { message: 'Rate limit reached', code: 'rate_limit_exceeded' } }
const at = (seconds: number) => new Date(NOW + seconds * 1_000).toUTCString()

function waitOf(status: number, said: unknown, headers: Record<string, string> = {}, attempts = 1) {
  const refusal = refusalOf(new ProviderError(status, said, new Headers(headers)), attempts, NOW, 0)
  return refusal && { ms: refusal.ms, reason: refusal.reason, isAsked: refusal.isAsked, isShared: refusal.isShared }
}

describe('Retry-After', () => {
  it.each([
    ['7', 7_000],
    [' 1.5 ', 1_500],
    ['1, 1', 1_000],
    ['1,30', 30_000],
    ['2s', 2_000],
    [at(30), 30_000],
    [`${at(10)}, ${at(20)}`, 20_000],
    [`5, ${at(2)}`, 5_000],
    ['2026-01-01T00:00:40Z', 40_000],
    ['soon, 3', 3_000],
  ])('%s is obeyed', (given, ms) => {
    expect(waitOf(429, RATE, { 'retry-after': given })).toMatchObject({ ms, isAsked: true })
  })

  it.each(['0', '-5', '0, 0', '-0.5', '0.01', at(-60)])(
    '%s still backs off, from a shorter but growing delay',
    (given) => {
      const headers = { 'retry-after': given }
      expect([1, 2, 3, 4].map((attempts) => waitOf(503, '', headers, attempts)?.ms)).toEqual([200, 400, 800, 1_600])
      expect(waitOf(503, '', headers)).toMatchObject({ isAsked: false })
    },
  )

  it.each(['', 'soon', 'NaN', '1e9999', '9'.repeat(400), '5 minutes', '{}'])('%s says nothing', (given) => {
    expect(waitOf(503, '', { 'retry-after': given })).toMatchObject({ ms: 500, isAsked: false })
  })

  it('in milliseconds overrides the coarser one, if it is readable', () => {
    expect(waitOf(429, RATE, { 'retry-after-ms': '800', 'retry-after': '60' })).toMatchObject({ ms: 800 })
    expect(waitOf(429, RATE, { 'retry-after-ms': '800, 900', 'retry-after': '60' })).toMatchObject({ ms: 900 })
    expect(waitOf(429, RATE, { 'retry-after-ms': 'x', 'retry-after': '60' })).toMatchObject({ ms: 60_000 })
  })
})

describe('is waited for', () => {
  it.each([
    [429, '', 'rate_limited', true],
    [403, { message: 'rate limit exceeded' }, 'rate_limited', true],
    [500, '', 'unavailable', false],
    [502, '<html>', 'unavailable', false],
    [503, '', 'unavailable', true],
    [504, '', 'unavailable', false],
    [507, '', 'unavailable', false],
    [520, '', 'unavailable', false],
    [521, '', 'unavailable', false],
    [522, '', 'unavailable', false],
    [523, '', 'unavailable', false],
    [524, '', 'unavailable', false],
    [529, '', 'unavailable', true],
    [530, '', 'unavailable', false],
    [408, '', 'unavailable', false],
    [200, RATE, 'rate_limited', true],
    [200, { error: { code: '429' } }, 'rate_limited', true],
    [200, { error: { code: 503 } }, 'unavailable', true],
    [200, { error: 'Overloaded' }, 'unavailable', false],
  ])('%i %j', (status, said, reason, isShared) => {
    expect(waitOf(status, said)).toMatchObject({ reason, isShared })
  })

  it('for less time within a 200: five calls take three to six seconds', () => {
    expect([1, 2, 3, 4].map((attempts) => waitOf(200, RATE, {}, attempts)?.ms)).toEqual([200, 400, 800, 1_600])
    expect([1, 2, 3, 4].map((attempts) => waitOf(429, RATE, {}, attempts)?.ms)).toEqual([500, 1_000, 2_000, 4_000])
  })
})

it.each([
  [429, { error: { code: 'insufficient_quota' } }],
  [429, { error: { code: '1113', message: 'Insufficient balance or no resource package. Please recharge.' } }],
  [402, ''],
  [500, { error: 'This model’s maximum context length is 5 tokens' }],
  [500, { error: 'invalid_api_key' }],
  [501, ''],
  [526, ''],
  [400, { error: 'temporarily unavailable' }],
  [401, ''],
  [404, ''],
  [200, { error: { message: 'No.' } }],
  [200, { error: { code: 'content_filter' } }],
])('%i %j is not: a wait does not help', (status, said) => {
  expect(waitOf(status, said)).toBeUndefined()
})
