import type { Message } from '@ag-ui/core'
import { expect, it } from 'vitest'
import { partedAt, shortened } from './conversation.ts'

it('a text is shortened to its beginning and end, with the number of characters that are left out', () => {
  expect(shortened('x'.repeat(100), 100)).toBe('x'.repeat(100))
  expect(shortened(`${'a'.repeat(100)}${'b'.repeat(101)}`, 100)).toBe(
    `${'a'.repeat(75)}\n… 101 characters left out …\n${'b'.repeat(25)}`,
  )
})

it('a text is never cut inside a character', () => {
  const text = shortened('🦀'.repeat(100), 52)
  expect(text.isWellFormed()).toBe(true)
  expect(text).toMatch(/^(🦀)+\n… \d+ characters left out …\n(🦀)+$/u)
})

it('a conversation is parted around what its chain of questions and answers has written', () => {
  const messages: Message[] = ['a', 'own1', 'b', 'own2', 'c'].map((id) => ({ id, role: 'user', content: id }))
  const { before, after } = partedAt(messages, ({ id }) => id.startsWith('own'))
  expect([before, after].map((part) => part.map(({ id }) => id))).toEqual([['a'], ['c']])
  expect(partedAt(messages, () => false)).toEqual({ before: messages, after: [] })
})
