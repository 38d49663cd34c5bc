import { expect, it } from 'vitest'
import { type Attention, compareAttention } from './attention.ts'

it('what is looked at goes before what can be seen, and that before the rest; equals stay as they are', () => {
  const given: readonly Attention[] = ['none', 'visible', 'focused', 'none', 'focused', 'visible']
  const order = given.map((attention, index) => ({ attention, index }))
  order.sort((a, b) => compareAttention(a.attention, b.attention))
  expect(order.map(({ index }) => index)).toEqual([2, 4, 1, 5, 0, 3])
})
