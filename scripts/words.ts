/**
 * `npm run check -- words`: refuses words that `words/list.ts` names, in comments, strings, test titles and docs of the places
 * that are swept. `node scripts/words.ts --all` shows every place, `-- <path>` those below a path.
 */
import { globSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Found, finderOf, isIn } from './words/find.ts'
import { DECISIONS_READ_FIRST, EXCLUDED, REFUSED, SWEPT } from './words/list.ts'

const FILES = ['**/*.{ts,tsx,mjs,css,html,sh,md,yml}', '.changeset/*.md', '.github/**/*.{md,yml}', '.ci/*']
const NOT_OURS = ['**/node_modules/**', '**/dist/**', '**/coverage/**', '**/test-results/**', '**/.holdfast/**']

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { all: { type: 'boolean', default: false } },
})
const find = finderOf(REFUSED)
const files = [...new Set(globSync(FILES, { exclude: NOT_OURS }))].filter(isChecked).sort()
const found = files.map((path) => ({ path, places: find(readFileSync(path, 'utf8')) }))
const swept = values.all ? [''] : positionals.length > 0 ? positionals : SWEPT
const refused = found.filter(({ path, places }) => places.length > 0 && isIn(path, swept))
for (const { path, places } of refused) for (const place of places) console.error(sentence(path, place))
if (refused.length > 0) {
  console.error(`\n${counted(refused)} do not read as plain English (scripts/words/list.ts).`)
  process.exit(1)
}
const left = found.filter(({ path, places }) => places.length > 0 && !isIn(path, swept))
console.log(
  left.length === 0
    ? `${files.length} files have none of the refused words.`
    : `The swept places have none of the refused words. Elsewhere: ${counted(left)}. node scripts/words.ts --all shows them.`,
)

function isChecked(path: string): boolean {
  if (path.startsWith('docs/decisions/') && path !== 'docs/decisions/README.md') return DECISIONS_READ_FIRST.test(path)
  return !isIn(
    path,
    EXCLUDED.map((excluded) => excluded.path),
  )
}

function sentence(path: string, { line, words, instead }: Found): string {
  return `${path}:${line}: “${words}”. Write ${instead}.`
}

function counted(some: readonly { readonly places: readonly Found[] }[]): string {
  return `${some.reduce((sum, { places }) => sum + places.length, 0)} places in ${some.length} files`
}
