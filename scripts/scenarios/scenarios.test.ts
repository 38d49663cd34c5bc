/** What counts as shown, and what does not. */
import { describe, expect, it } from 'vitest'
import { isFine, judge } from './judge.ts'
import { readStatements } from './statements.ts'
import { passedInPlaywright, passedInVitest } from './titles.ts'

const LIST = `# Scenarios
Prose about S000-99 is no statement.

## 000 The multiplexer *finished*
### Slice 1
- S000-1 a run goes on
- S000-7 *process* all tests pass
- S000-C2 stale changes nothing
## 004 The lifecycle
- S004-9 *later* unread
- S004-8 starts
`

describe('the list', () => {
  it('is read with what is due, and by document', () => {
    const [first, second] = readStatements(LIST)
    expect(first).toMatchObject({ id: '000', title: 'The multiplexer', finished: true })
    expect(first?.statements.map(({ id, due }) => [id, due])).toEqual([
      ['S000-1', 'now'],
      ['S000-7', 'process'],
      ['S000-C2', 'now'],
    ])
    expect(second).toMatchObject({ id: '004', finished: false, statements: [{ due: 'later' }, { text: 'starts' }] })
  })

  it.each([
    { what: 'a line of another document', line: '- S004-1 elsewhere' },
    { what: 'a line twice', line: '- S000-1 again' },
    { what: 'a line without an id', line: '- S000-x what' },
  ])('is refused with $what', ({ line }) => {
    expect(() => readStatements(LIST.replace('## 004', `${line}\n## 004`))).toThrow()
  })
})

describe('a report', () => {
  it('of vitest gives the own titles of what passed', () => {
    const results = [
      { title: 'a', fullName: 'S000-1 a', status: 'passed' },
      { title: 'b', status: 'failed' },
      { title: 'c', status: 'skipped' },
    ]
    expect(passedInVitest(JSON.stringify({ testResults: [{ assertionResults: results }] }))).toEqual(['a'])
  })

  it('of Playwright gives what ran and passed, however deep it stands', () => {
    const spec = (title: string, status: string, expectedStatus = 'passed') => ({
      title,
      ok: true,
      tests: [{ status, expectedStatus }],
    })
    const inner = { suites: [], specs: [spec('a', 'expected'), spec('b', 'skipped'), spec('c', 'unexpected')] }
    const suites = [{ suites: [inner], specs: [spec('d', 'expected', 'failed'), { title: 'e', tests: [] }] }]
    expect(passedInPlaywright(JSON.stringify({ suites }))).toEqual(['a'])
  })
})

describe('the judgement', () => {
  const documents = readStatements(LIST)
  const whole = ['S000-1 goes on', 'stale changes nothing (S000-C2)']

  it('is fine when each line of a finished document was shown, whatever an unfinished one lacks', () => {
    const judgement = judge(documents, whole)
    expect(isFine(judgement)).toBe(true)
    expect(judgement.documents).toMatchObject([
      { shown: 2, due: 2, missing: [] },
      { shown: 0, due: 1, missing: [{ id: 'S004-8' }] },
    ])
  })

  it('S001-6 is not when a line is missing, and an id inside a longer one is not that id', () => {
    expect(isFine(judge(documents, ['S000-C2 stale', 'S000-11 goes on']))).toBe(false)
    expect(judge(documents, ['S000-C2 stale', 'S000-11 goes on']).documents[0]?.missing).toMatchObject([
      { id: 'S000-1' },
    ])
  })

  it('refuses a title with more than three ids, and an id that nobody promised; other documents’ are left alone', () => {
    const many = judge(documents, ['S000-1 S000-C2 S004-8 S004-8 all at once'])
    expect(many.faults).toHaveLength(1)
    expect(many.documents[0]?.shown).toBe(0)
    expect(judge(documents, [...whole, 'S000-55 what']).faults).toEqual(['No such scenario: S000-55 in S000-55 what'])
    expect(isFine(judge(documents, [...whole, 'S003-1 of a document that comes later']))).toBe(true)
  })
})
