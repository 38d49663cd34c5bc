import { expect, it } from 'vitest'
import { isMuted, MUTES, muteWords } from './mute.ts'

const HOUR = 3_600_000

it('a mute lasts 1 hour, 8 hours, until eight the next morning, or until it is turned off', () => {
  const now = new Date(2026, 10, 30, 23, 30).getTime()
  const ends = MUTES.map(({ until }) => until(now))
  expect(ends.slice(0, 2)).toEqual([now + HOUR, now + 8 * HOUR])
  expect(new Date(ends[2] ?? 0)).toEqual(new Date(2026, 11, 1, 8))
  expect(new Date(ends[3] ?? 0).toISOString()).toBe('9999-12-31T23:59:59.000Z')
})

it('is over at its time, and one without a readable time mutes nothing', () => {
  const until = '2026-11-30T12:00:00.000Z'
  const at = Date.parse(until)
  expect([isMuted(until, at - 1), isMuted(until, at), isMuted(undefined, at), isMuted('soon', at)]).toEqual([
    true,
    false,
    false,
    false,
  ])
})

it('is said with its end: a time today, a day and a time later, nothing where there is none', () => {
  const now = new Date(2026, 10, 30, 12, 0).getTime()
  const words = (...date: readonly [number, number, number, number, number]) =>
    muteWords(new Date(...date).toISOString(), now)
  expect(words(2026, 10, 30, 13, 5)).toBe('Muted until 13:05')
  expect(words(2026, 11, 1, 8, 0)).toBe('Muted until Tue 08:00')
  expect(muteWords('9999-12-31T23:59:59.000Z', now)).toBe('Muted')
})
