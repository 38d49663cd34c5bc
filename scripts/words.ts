/**
 * `npm run check -- words`: refuses words that `words/list.ts` names, in comments, strings, test titles and docs.
 * `node scripts/words.ts <path>…` looks only below these paths.
 */
import { globSync, readFileSync } from 'node:fs'
import { type Found, finderOf, isIn } from './words/find.ts'
import { DECISIONS_READ_FIRST, EXCLUDED, REFUSED } from './words/list.ts'

const FILES = ['**/*.{ts,tsx,mjs,css,html,sh,md,yml}', '.changeset/*.md', '.github/**/*.{md,yml}', '.ci/*']
const NOT_OURS = ['**/node_modules/**', '**/dist/**', '**/coverage/**', '**/test-results/**', '**/.holdfast/**']

const places = process.argv.length > 2 ? process.argv.slice(2) : ['']
const find = finderOf(REFUSED)
const files = [...new Set(globSync(FILES, { exclude: NOT_OURS }))].filter(isChecked).sort()
const found = files.flatMap((path) => find(readFileSync(path, 'utf8')).map((each) => sentence(path, each)))
for (const line of found) console.error(line)
if (found.length > 0) {
  console.error(`\n${found.length} places do not read as plain English (scripts/words/list.ts).`)
  process.exit(1)
}
console.log(`${files.length} files have none of the refused words.`)

function isChecked(path: string): boolean {
  if (!isIn(path, places)) return false
  if (path.startsWith('docs/decisions/') && path !== 'docs/decisions/README.md') return DECISIONS_READ_FIRST.test(path)
  return !isIn(
    path,
    EXCLUDED.map((excluded) => excluded.path),
  )
}

function sentence(path: string, { line, words, instead }: Found): string {
  return `${path}:${line}: “${words}”. Write ${instead}.`
}
