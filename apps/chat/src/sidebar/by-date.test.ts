import { describe, expect, it } from 'vitest'
import { groupedByDate } from './by-date.ts'

const groups = (now: string, timeZone: string, ...times: readonly string[]) =>
  groupedByDate(
    times.map((updatedAt) => ({ updatedAt })),
    Date.parse(now),
    timeZone,
  ).map(({ title, items }) => `${title}: ${items.length}`)

describe('threads by date', () => {
  it('are Today, Yesterday, Previous 7 days, then months, and months of earlier years have the year', () => {
    const now = '2026-11-30T12:00:00.000Z'
    const days = ['11-30', '11-29', '11-28', '11-23', '11-22', '11-01', '10-31', '01-01'].map(
      (day) => `2026-${day}T12:00:00.000Z`,
    )
    expect(groups(now, 'UTC', ...days, '2025-12-31T12:00:00.000Z')).toEqual([
      'Today: 1',
      'Yesterday: 1',
      'Previous 7 days: 2',
      'November: 2',
      'October: 1',
      'January: 1',
      'December 2025: 1',
    ])
  })

  it('change at midnight of the reader: one second before it belongs to the day before', () => {
    const before = '2026-11-29T23:59:59.999Z'
    const after = '2026-11-30T00:00:00.000Z'
    expect(groups(before, 'UTC', before)).toEqual(['Today: 1'])
    expect(groups(after, 'UTC', after, before)).toEqual(['Today: 1', 'Yesterday: 1'])
  })

  it('follow the reader’s time zone: the same moments are on other days elsewhere', () => {
    const now = '2026-11-30T03:00:00.000Z'
    const times = ['2026-11-30T02:00:00.000Z', '2026-11-29T12:00:00.000Z', '2026-11-29T04:00:00.000Z'] as const
    expect(groups(now, 'UTC', ...times)).toEqual(['Today: 1', 'Yesterday: 2'])
    // 16:00 of the 30th, and 19:00 of the 29th.
    expect(groups(now, 'Pacific/Auckland', ...times)).toEqual(['Today: 2', 'Yesterday: 1'])
    expect(groups(now, 'America/Los_Angeles', ...times)).toEqual(['Today: 2', 'Yesterday: 1'])
    expect(groups(now, 'Asia/Kathmandu', ...times)).toEqual(['Today: 1', 'Yesterday: 2'])
  })

  it('count days of 23 and 25 hours as one', () => {
    // Berlin: the clocks changed on 29 March and on 25 October 2026.
    expect(groups('2026-03-29T22:30:00.000Z', 'Europe/Berlin', '2026-03-28T22:30:00.000Z')).toEqual([
      'Previous 7 days: 1',
    ])
    expect(groups('2026-03-29T12:00:00.000Z', 'Europe/Berlin', '2026-03-28T12:00:00.000Z')).toEqual(['Yesterday: 1'])
    expect(groups('2026-10-25T22:30:00.000Z', 'Europe/Berlin', '2026-10-24T21:30:00.000Z')).toEqual(['Yesterday: 1'])
  })

  it('put a server whose clock is ahead into Today, and a broken time at its place, named Earlier', () => {
    expect(groups('2026-11-30T12:00:00.000Z', 'UTC', '2026-12-02T12:00:00.000Z', 'yesterday')).toEqual([
      'Today: 1',
      'Earlier: 1',
    ])
  })
})
