/** What the address may name beside. */
import { expect, it } from 'vitest'
import { readBeside } from './beside.ts'

it('is a whole key, and nothing else is guessed at', () => {
  expect(readBeside({ beside: 'room/thread' })).toEqual({ beside: 'room/thread' })
  for (const beside of [undefined, '', 'thread', 'room/', '/thread', 'a/b/c', 'a b/c', 7, ['a/b']]) {
    expect(readBeside({ beside })).toEqual({})
  }
})
