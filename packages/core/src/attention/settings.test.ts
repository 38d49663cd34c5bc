import { expect, it } from 'vitest'
import { DEFAULT_NOTIFICATION_SETTINGS as DEFAULTS, isQuiet } from './settings.ts'

const quiet = (from: string, to: string, now: number, timeZone = 'UTC') =>
  isQuiet({ ...DEFAULTS, quietHours: { from, to, timeZone } }, now)
const at = (hour: number, minute = 0) => Date.UTC(2026, 0, 1, hour, minute)

it('quiet hours begin with their first minute and end before their last one', () => {
  expect([at(12, 59), at(13, 0), at(13, 59), at(14, 0)].map((now) => quiet('13:00', '14:00', now))).toEqual([
    false,
    true,
    true,
    false,
  ])
})

it('quiet hours go over midnight', () => {
  expect([at(21, 59), at(22), at(0), at(6, 59), at(7)].map((now) => quiet('22:00', '07:00', now))).toEqual([
    false,
    true,
    true,
    true,
    false,
  ])
})

it('quiet hours follow the clock of their time zone, in winter and in summer', () => {
  const inBerlin = (month: number, hour: number) =>
    quiet('22:00', '23:00', Date.UTC(2026, month, 15, hour), 'Europe/Berlin')
  expect([inBerlin(0, 20), inBerlin(0, 21), inBerlin(0, 22)]).toEqual([false, true, false])
  expect([inBerlin(6, 20), inBerlin(6, 21), inBerlin(6, 22)]).toEqual([true, false, false])
})

it('without quiet hours, with empty ones, and with ones that cannot be read no hour is quiet', () => {
  expect(isQuiet(DEFAULTS, at(3))).toBe(false)
  expect(quiet('03:00', '03:00', at(3))).toBe(false)
  expect(quiet('3', '25:00', at(3))).toBe(false)
  expect(quiet('00:00', '24:00', at(3))).toBe(false)
  expect(quiet('00:00', '23:59', at(3), 'Nowhere/At-all')).toBe(false)
  expect(quiet('00:00', '23:59', Number.NaN)).toBe(false)
})
