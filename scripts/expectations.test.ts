/** journeys/README.md names the tests that show what people expect to see; each of them must exist. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const page = readFileSync('journeys/README.md', 'utf8')
const rows = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| expected'))

test('everything that people expect to see is shown by a test that exists', () => {
  expect(rows.length).toBeGreaterThan(20)
  for (const row of rows) {
    const [expected = '', , shownBy = ''] = row.slice(2).split(' | ')
    const named = [...shownBy.matchAll(/`([^`]+)`([^·|]*)/g)]
    expect(named.length, expected).toBeGreaterThan(0)
    for (const [, where = '', title = ''] of named) {
      const file = where.includes('/') ? where : `journeys/${where}.journey.ts`
      expect(titlesIn(file), `${expected}: ${file}`).toContain(title.trim())
    }
  }
})

/** What tests of this file are called, as one text. */
function titlesIn(file: string): string {
  const source = readFileSync(file, 'utf8')
  return [...source.matchAll(/\b(?:test|it|describe)\((['`])(.*?)\1,/g)].map(([, , title = '']) => title).join('\n')
}
