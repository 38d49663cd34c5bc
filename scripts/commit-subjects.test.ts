import { expect, test } from 'vitest'
import { MOST, tooLong } from './commit-subjects.ts'

test('a subject of 72 characters passes and one of 73 does not, and characters are counted, not bytes', () => {
  const fits = `abc1234 ${'ä'.repeat(MOST)}`
  const long = `abc1235 ${'a'.repeat(MOST)}b`
  expect(tooLong(`${fits}\n${long}\n`)).toEqual([long])
  expect(tooLong('')).toEqual([])
})
