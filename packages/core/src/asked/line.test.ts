import fc from 'fast-check'
import { expect, it } from 'vitest'
import { lineOf } from './line.ts'

it.each([
  ['the first line', 'One.\nTwo.', 'One.'],
  ['lines of every kind of line end', 'One.\u2028Two.\r\nThree.', 'One.'],
  ['no empty line', ' \n\t\n\u00A0\n  One.  ', 'One.'],
  ['no line without words', '---\n```ts\nconst a = 1', 'const a = 1'],
  ['nothing of a text without words', '```\n---', undefined],
  ['nothing of an empty text', '', undefined],
  ['an emoji as a whole', '👩‍👩‍👧 and more', '👩‍👩‍👧 and more'],
  ['no control characters', 'a\u0000b\u001B[31mc\td', 'a b [31mc d'],
  ['no marks that turn text around', '\u202Eone\u202C \u2067two\u2069\u200F', 'one two'],
  ['no characters without a width', 'o\u200Bn\uFEFFe', 'one'],
  ['no half of a character', 'one \uD800', 'one \uFFFD'],
  ['no emphasis', 'Between **three and *ten* years**, _at most_ `n`', 'Between three and ten years, at most n'],
  ['no mark of a heading, a quotation or a list', '## One', 'One'],
  ['the words of a link', '[Roses](https://example.com/r) and ![a vine](v.png)', 'Roses and a vine'],
  ['no picture without words', '![](v.png)\nRoses', 'Roses'],
  [
    'what only looks like a mark',
    '2 * 3 * 4, snake_case_name, 5*6*7 and 3. Oktober',
    '2 * 3 * 4, snake_case_name, 5*6*7 and 3. Oktober',
  ],
] as const)('a preview is %s', (_, text, line) => {
  expect(lineOf(text)).toBe(line)
})

it('a preview has at most 200 characters and divides none that takes two units', () => {
  expect(lineOf('a'.repeat(200))).toHaveLength(200)
  expect(lineOf('a'.repeat(201))).toBe('a'.repeat(200))
  expect(lineOf(`${'a'.repeat(199)}😀`)).toBe('a'.repeat(199))
  expect(lineOf(`${'a'.repeat(198)}😀b`)).toBe(`${'a'.repeat(198)}😀`)
})

it('a preview of any text is one short line without control characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), (text) => {
      const line = lineOf(text) ?? 'x'
      expect(line.length).toBeLessThanOrEqual(200)
      expect(line).toMatch(/^\S(.*\S)?$/u)
      expect(line).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u)
      expect(line.isWellFormed()).toBe(true)
    }),
  )
})

it('a preview of a very long text looks at its beginning only', () => {
  expect(lineOf(`${' '.repeat(5_000)}far away`)).toBeUndefined()
})
