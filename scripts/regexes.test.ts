/** The input of a regular expression may come from an agent, a provider or a page, so each must be linear. */
import { expect, test } from 'vitest'
import { allRegexes, growthOf, regexesOf } from './regexes.ts'

const { literals, built } = allRegexes()

test('every regular expression in the code is linear', () => {
  expect(literals.length).toBeGreaterThan(100)
  expect(literals.flatMap(growthOf)).toEqual([])
})

test('every regular expression that is built at run time is listed here, and was reviewed', () => {
  expect(built).toEqual([
    // From a fence's first mark and the number of marks: one kind of character, then blanks to the end of the line.
    'apps/chat/src/markdown/fence.ts',
    // From the routes' own paths.
    'packages/server/src/http/routes/unknown.ts',
    // From a question in the script itself.
    'scripts/pictures.ts',
    // From words of a list: blanks, then at most one mark and blanks.
    'scripts/words/find.ts',
  ])
})

test('a regular expression that is not linear is found anywhere in a file', () => {
  const found = regexesOf('a.ts', 'const f = (s: string) => s.replace(/[a-z][a-z0-9]*:/g, String(/^(x+)+$/.test(s)))')
  expect(found.literals.map(growthOf).map((reports) => reports.length > 0)).toEqual([true, true])
  expect(regexesOf('b.ts', 'new RegExp(text)').built).toEqual(['b.ts'])
})
