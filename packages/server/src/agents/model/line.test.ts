import type { Attention } from '@holdfast/core'
import { expect, it } from 'vitest'
import { MAX_OVERTAKEN, nextInLine } from './line.ts'

const one = (order: number, looked: Attention, overtaken = 0) => ({ order, overtaken, attention: () => looked })

it('a focused thread goes first, then a visible one, then the earliest', () => {
  const [hidden, later, seen, focused, alsoFocused] = [
    one(1, 'none'),
    one(2, 'none'),
    one(4, 'visible'),
    one(5, 'focused'),
    one(3, 'focused'),
  ] as const
  const order: number[] = []
  const line = new Set([focused, later, seen, hidden, alsoFocused])
  for (let next = nextInLine(line); next; next = nextInLine(line)) {
    line.delete(next)
    order.push(next.order)
  }
  expect(order).toEqual([3, 5, 4, 1, 2])
})

it('the longest-waiting run goes regardless of attention once three later ones were served', () => {
  const focused = one(2, 'focused')
  expect(nextInLine([one(1, 'none', MAX_OVERTAKEN - 1), focused])).toBe(focused)
  expect(nextInLine([one(1, 'none', MAX_OVERTAKEN), focused])?.order).toBe(1)
  // It is not the longest-waiting run, so it waits for the one before it.
  expect(nextInLine([one(1, 'none'), one(2, 'none', MAX_OVERTAKEN), focused])).toBe(focused)
})
