import { describe, expect, it } from 'vitest'
import { landing, shift } from './landing.ts'

const LINES = [40, 60, 40, 40]

describe('a dragged row', () => {
  it('takes the place of every row whose middle it has passed, down and up', () => {
    expect([0, 30, 31, 79, 81, 121].map((by) => landing(LINES, 0, by))).toEqual([0, 0, 1, 1, 2, 3])
    expect([0, -20, -21, -71, -121].map((by) => landing(LINES, 3, by))).toEqual([3, 3, 2, 1, 0])
  })

  it('stays within the list, however far it is dragged', () => {
    expect(landing(LINES, 1, 10_000)).toBe(3)
    expect(landing(LINES, 1, -10_000)).toBe(0)
    expect(landing([40], 0, 500)).toBe(0)
  })

  it('moves only the rows that it passes, and leaves no gap', () => {
    const shifts = (from: number, to: number) => LINES.map((_, at) => shift(LINES, from, to, at))
    expect(shifts(0, 2)).toEqual([100, -40, -40, 0])
    expect(shifts(3, 1)).toEqual([0, 40, 40, -100])
    expect(shifts(1, 1)).toEqual([0, 0, 0, 0])
  })
})
