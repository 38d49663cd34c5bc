import { describe, expect, it } from 'vitest'
import { ticksOf } from './ticks.ts'

const MINUTE = 60_000

describe('the marks of the timeline', () => {
  it('are at whole steps, wherever the window starts', () => {
    const from = 10 * MINUTE + 15_000
    const ticks = ticksOf({ from, to: from + 5 * MINUTE }, MINUTE, 0)
    expect(ticks.map(({ at }) => at / MINUTE)).toEqual([11, 12, 13, 14])
    expect(ticks.map(({ left }) => Math.round(left))).toEqual([15, 35, 55, 75])
  })

  it('follow local time, not UTC', () => {
    const hour = 60 * MINUTE
    const [first] = ticksOf({ from: 0, to: 24 * hour }, 6 * hour, 2 * hour)
    expect(first?.at).toBe(4 * hour)
  })

  it('leave room for the label at the end', () => {
    expect(ticksOf({ from: 0, to: 10 * MINUTE }, MINUTE, 0).at(-1)).toEqual({ at: 9 * MINUTE, left: 90 })
  })
})
