import { expect, it } from 'vitest'
import { ago } from './ago.ts'

it('says how long ago something was in minutes, then by its time, its day, its date', () => {
  const now = new Date(2026, 10, 30, 14, 30).getTime()
  const at = (...date: readonly [number, number, number, number, number]) => ago(new Date(...date).getTime(), now)
  expect([at(2026, 10, 30, 14, 30), at(2026, 10, 30, 14, 29), at(2026, 10, 30, 13, 31)]).toEqual([
    'now',
    '1 min ago',
    '59 min ago',
  ])
  expect([at(2026, 10, 30, 13, 30), at(2026, 10, 29, 23, 59), at(2026, 10, 28, 9, 5), at(2025, 11, 31, 9, 5)]).toEqual([
    '13:30',
    'Yesterday 23:59',
    '28 Nov',
    '31 Dec 2025',
  ])
  // A server whose clock is ahead, and a broken time.
  expect([at(2026, 10, 30, 14, 31), ago(Number.NaN, now)]).toEqual(['now', ''])
})
