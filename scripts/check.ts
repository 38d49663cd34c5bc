/**
 * `npm run check`: exactly what CI runs, step by step, saying what it is doing.
 * `npm run check -- lint types` runs only the named steps.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'

interface Step {
  readonly name: string
  readonly does: string
  readonly command: readonly string[]
  /** What its tests have shown, as JSON: gone before it begins, so that nothing of an earlier run is read. */
  readonly report?: string
}

const REPORTS = 'test-results/reports'
const TSC = 'node_modules/typescript-7/bin/tsc'

const types = (project: string): string => `node ${TSC} -p ${project}`

const STEPS: readonly Step[] = [
  {
    name: 'lint',
    does: 'format and lint',
    command: ['biome', 'ci', '--error-on-warnings', `--colors=${process.stdout.isTTY ? 'force' : 'off'}`, '.'],
  },
  {
    name: 'types',
    does: 'types (each package alone, then everything with its tests)',
    command: [
      'sh',
      '-c',
      ['packages/core', 'packages/client', 'packages/react', 'packages/server', 'tsconfig.json']
        .map(types)
        .join(' && '),
    ],
  },
  { name: 'boundaries', does: 'who imports whom (ARCHITECTURE.md)', command: ['node', 'scripts/boundaries.ts'] },
  { name: 'exports', does: 'dead exports, files and dependencies', command: ['knip'] },
  {
    name: 'tests',
    does: 'unit and browser tests, with coverage',
    command: [
      'vitest',
      'run',
      '--coverage',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${REPORTS}/vitest.json`,
    ],
    report: `${REPORTS}/vitest.json`,
  },
  { name: 'examples', does: 'examples: each checks its own result', command: ['node', 'examples/run-all.ts'] },
  {
    name: 'build',
    does: 'the page, and what a browser needs of it at first (apps/chat/first-load.ts)',
    command: ['env', 'FIRST_LOAD=strict', 'vite', 'build', 'apps/chat', '--logLevel', 'warn'],
  },
  {
    name: 'journeys',
    does: 'journeys: real server, real browser',
    command: ['playwright', 'test', '--config', 'journeys/playwright.config.ts'],
    report: `${REPORTS}/journeys.json`,
  },
  {
    name: 'scenarios',
    does: 'every line of a finished document was shown (docs/SCENARIOS.md)',
    command: ['node', 'scripts/scenarios.ts'],
  },
]

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !STEPS.some((step) => step.name === name))
if (unknown.length > 0) {
  console.error(`No step is called ${unknown.join(', ')}. Steps: ${STEPS.map((step) => step.name).join(', ')}.`)
  process.exit(2)
}

mkdirSync(REPORTS, { recursive: true })
const steps = STEPS.filter((step) => wanted.length === 0 || wanted.includes(step.name))
const reports = steps.flatMap(({ report }) => report ?? [])
for (const report of reports) rmSync(report, { force: true })
for (const [index, step] of steps.entries()) {
  console.log(`\n[${index + 1}/${steps.length}] ${step.name}: ${step.does}`)
  const started = performance.now()
  const code = await run(step.command)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (code !== 0) {
    console.error(`\n${step.name} failed after ${seconds} s. Again, alone: npm run check -- ${step.name}`)
    process.exit(1)
  }
  console.log(`[${index + 1}/${steps.length}] ${step.name}: fine (${seconds} s)`)
}
const passed = reports.map(testsIn).reduce((sum, count) => sum + count, 0)
if (passed > 0) console.log(`\nchecks: ${passed} passed, 0 failed`)

function run(command: readonly string[]): Promise<number> {
  const [program = '', ...args] = command
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'inherit' })
    child.on('error', (error) => {
      console.error(error.message)
      resolve(1)
    })
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

/** How many tests a JSON report says have passed (vitest's and Playwright's shapes). */
function testsIn(path: string): number {
  if (!existsSync(path)) return 0
  const report = JSON.parse(readFileSync(path, 'utf8')) as { numPassedTests?: number; stats?: { expected?: number } }
  return report.numPassedTests ?? report.stats?.expected ?? 0
}
