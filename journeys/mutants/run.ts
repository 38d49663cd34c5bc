/**
 * `npm run mutants`: seeds one bug after another into a copy of the tree and runs the tests that must find it. Fails
 * when a bug survives, when its place no longer exists, or when the tests are red without any bug. RESULTS.md records
 * which test found each. It takes one to two minutes, so it is not a step of the check.
 *
 * Owns: the copy. The tree itself is only read. `npm run mutants -- cursor` runs the bugs with that word.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BUGS, type Bug } from './bugs.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const OURS = '@holdfast'

const word = process.argv[2]
const bugs = BUGS.filter(({ what, file }) => word === undefined || `${what} ${file}`.includes(word))
const copy = copyTree()
try {
  process.exitCode = hunt() ? 0 : 1
} finally {
  rmSync(copy, { recursive: true, force: true })
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function hunt(): boolean {
  const all = [...new Set(bugs.flatMap(({ tests }) => tests))]
  say(`without a bug: ${all.length} test files`)
  const sound = run(all)
  if (!sound.green) {
    say(`The tests fail without any bug. Fix that first. ${sound.found ?? ''}`)
    return false
  }
  const found = new Map(bugs.map((bug) => [bug, seed(bug)]))
  const caught = bugs.filter((bug) => found.get(bug) !== undefined)
  say(`\nmutants: ${caught.length} of ${bugs.length} caught`)
  if (word === undefined) record(found)
  return caught.length === bugs.length
}

/** The title of a test that found the bug. */
function seed({ what, file, find, put, tests }: Bug): string | undefined {
  const path = join(copy, file)
  const sound = readFileSync(path, 'utf8')
  const pieces = sound.split(find)
  if (pieces.length !== 2) {
    say(`✗ ${what}: its place is found ${pieces.length - 1} times in ${file}`)
    return undefined
  }
  writeFileSync(path, pieces.join(put))
  const { found } = run(tests)
  writeFileSync(path, sound)
  say(found === undefined ? `✗ survives: ${what}` : `✓ ${what}\n    ${found}`)
  return found
}

/** A bug is found by a test that expected something else: one that only breaks the file has shown nothing. */
function run(tests: readonly string[]): { readonly green: boolean; readonly found: string | undefined } {
  const report = join(copy, 'report.json')
  rmSync(report, { force: true })
  const { status } = spawnSync(
    join(ROOT, 'node_modules/.bin/vitest'),
    ['run', '--bail', '1', '--reporter', 'json', '--outputFile', report, ...tests],
    { cwd: copy, stdio: 'ignore' },
  )
  if (status === 0) return { green: true, found: undefined }
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
  const failed = testResults.flatMap(({ assertionResults }) => assertionResults).find(isExpectation)
  return { green: false, found: failed?.title }
}

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly failureMessages: readonly string[] }[]
  }[]
}

function isExpectation({ failureMessages }: Report['testResults'][number]['assertionResults'][number]): boolean {
  return failureMessages.some((message) => !/ReferenceError|SyntaxError|TypeError/.test(message))
}

function record(found: ReadonlyMap<Bug, string | undefined>): void {
  const rows = [...found].map(([{ what }, title]) => `| ${what} | ${title ?? '**survives**'} |`)
  const head = ['# Seeded bugs, and the test that found each', '', 'Written by `npm run mutants`.', '']
  const table = ['| what a person would notice | found by |', '|---|---|', ...rows, '']
  writeFileSync(join(ROOT, 'journeys/mutants/RESULTS.md'), [...head, ...table].join('\n'))
}

/** The sources, and everything that is installed; our own packages resolve to the copy, not to the tree. */
function copyTree(): string {
  const place = mkdtempSync(join(tmpdir(), 'holdfast-mutants-'))
  for (const name of [
    'package.json',
    'vitest.config.ts',
    'tsconfig.json',
    'tsconfig.base.json',
    'apps',
    'packages',
    'scripts',
  ]) {
    const isSource = (path: string) => !/node_modules|coverage|dist/.test(path.slice(ROOT.length))
    cpSync(join(ROOT, name), join(place, name), { recursive: true, filter: isSource })
  }
  mkdirSync(join(place, 'node_modules', OURS), { recursive: true })
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    // Caches are written, so each copy has its own.
    if (name === OURS || name.startsWith('.vite') || name === '.cache') continue
    symlinkSync(join(ROOT, 'node_modules', name), join(place, 'node_modules', name))
  }
  for (const name of readdirSync(join(ROOT, 'packages'))) {
    symlinkSync(join(place, 'packages', name), join(place, 'node_modules', OURS, name))
  }
  return place
}
