import { expect, test } from 'vitest'
import { finderOf, isIn } from './find.ts'
import { REFUSED } from './list.ts'

const find = finderOf(REFUSED)
const words = (text: string) => find(text).map((found) => found.words)

test('a refused word is found in a comment, a string, a test title and a document, with its line', () => {
  expect(find('const a = 1\n// Whoever asks.\n')).toMatchObject([{ line: 2, words: 'Whoever' }])
  expect(words("say('Try it anew.')")).toEqual(['anew'])
  expect(words("it('is told of every change', () => {})")).toEqual(['is told of'])
  expect(words('# Queue\n\nWhat waits is shown, and what only waits too.')).toEqual(['What waits', 'what only waits'])
})

test('a turn of phrase is found across a line break, also inside a comment', () => {
  expect(find('/**\n * Readers are told\n * of it.\n */')).toMatchObject([{ line: 2, words: 'are told * of' }])
  expect(words('// the run whose\n// turn it is')).toEqual(['whose // turn'])
  expect(words('> somebody\n> has to do it')).toEqual(['somebody > has to'])
})

test('every form of a word is found, and words that only contain it are not', () => {
  expect(words('mend, mends, mended, Mending')).toEqual(['mend', 'mends', 'mended', 'Mending'])
  expect(words('recommend, amended, renewed, mendacious, non-whoever, householder')).toEqual([])
  expect(words('He was told off. What awaits. Whose turnover?')).toEqual([])
})

test('every entry of the list is found as it is written there', () => {
  for (const refused of REFUSED) {
    const plain = refused.words.replaceAll(/\([^)]*\)\?/g, '').replaceAll(/\((\w+)[^)]*\)/g, '$1')
    expect(finderOf([refused])(plain), refused.words).toHaveLength(1)
  }
})

test('a place is a path or the beginning of one', () => {
  expect(isIn('docs/API.md', ['docs/'])).toBe(true)
  expect(isIn('docs/API.md', ['docs/API.md'])).toBe(true)
  expect(isIn('docs/API.md', ['apps/'])).toBe(false)
  expect(isIn('docs/API.md', [''])).toBe(true)
})
