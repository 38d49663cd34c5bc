/**
 * `npm run scenarios`: which lines of docs/SCENARIOS.md the last `npm run check` has shown, and which not. Fails for
 * documents marked finished.
 */
import { existsSync, readFileSync } from 'node:fs'
import { isFine, judge } from './scenarios/judge.ts'
import { readStatements } from './scenarios/statements.ts'
import { passedInPlaywright, passedInVitest } from './scenarios/titles.ts'

const REPORTS = 'test-results/reports'

function report(name: string, step: string, read: (json: string) => readonly string[]): readonly string[] {
  const path = `${REPORTS}/${name}`
  if (existsSync(path)) return read(readFileSync(path, 'utf8'))
  console.log(`${path} is missing: npm run check -- ${step} writes it. What only its tests show counts as missing.\n`)
  return []
}

const judgement = judge(readStatements(readFileSync('docs/SCENARIOS.md', 'utf8')), [
  ...report('vitest.json', 'tests', passedInVitest),
  ...report('journeys.json', 'build journeys', passedInPlaywright),
])
for (const { document, shown, due, missing } of judgement.documents) {
  console.log(`${document.id} ${document.title}: ${shown} of ${due} shown${document.finished ? ', finished' : ''}`)
  for (const { id, text } of missing) console.log(`  ${id} ${text}`)
}
for (const fault of judgement.faults) console.error(fault)
if (!isFine(judgement)) process.exit(1)
