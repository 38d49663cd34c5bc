import { expect, it } from 'vitest'
import { type Attention, compareAttention } from './shown.ts'

it('focused comes before visible and visible before none, and equals keep their order', () => {
  const given: readonly Attention[] = ['none', 'visible', 'focused', 'none', 'focused', 'visible']
  const order = given.map((attention, index) => ({ attention, index }))
  order.sort((a, b) => compareAttention(a.attention, b.attention))
  expect(order.map(({ index }) => index)).toEqual([2, 4, 1, 5, 0, 3])
})
