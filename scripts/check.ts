/**
 * `npm run check`: exactly what CI runs, step by step (those that can, side by side), saying what it is doing.
 * `npm run check -- lint types` runs only the named steps.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs'

interface Step {
  readonly name: string
  readonly does: string
  readonly command: readonly string[]
  /** Independent of the neighbouring steps, so it runs at the same time as those that are marked too. */
  readonly beside?: true
  /** The JSON report of its tests. Removed before the step starts, so that no earlier report is read. */
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
    beside: true,
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
    beside: true,
  },
  {
    name: 'boundaries',
    does: 'who imports whom (ARCHITECTURE.md)',
    command: ['node', 'scripts/boundaries.ts'],
    beside: true,
  },
  {
    name: 'commits',
    does: 'subjects of recent commits have at most 72 characters',
    command: ['node', 'scripts/commit-subjects.ts'],
    beside: true,
  },
  {
    name: 'words',
    does: 'plain English (scripts/words/list.ts)',
    command: ['node', 'scripts/words.ts'],
    beside: true,
  },
  { name: 'exports', does: 'dead exports, files and dependencies', command: ['knip'], beside: true },
  {
    name: 'examples',
    does: 'examples: each checks its own result',
    command: ['node', 'examples/run-all.ts'],
    beside: true,
  },
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
  {
    name: 'build',
    does: 'the page, and what a browser needs of it at first (apps/chat/first-load.ts)',
    command: ['env', 'FIRST_LOAD=strict', 'vite', 'build', 'apps/chat', '--logLevel', 'warn'],
  },
  {
    name: 'static',
    does: 'the same page for any file server (docs/STATIC.md)',
    command: ['vite', 'build', 'apps/chat', '--mode', 'static', '--logLevel', 'warn'],
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
for (const stage of stagesOf(steps)) {
  // The output of a parallel step is printed once it has ended, so that lines do not mix.
  const fine = await Promise.all(stage.map((step) => take(step, stage.length === 1)))
  if (fine.includes(false)) process.exit(1)
}
const passed = reports.map(testsIn).reduce((sum, count) => sum + count, 0)
if (passed > 0) console.log(`\nchecks: ${passed} passed, 0 failed`)

/** Groups of steps in order: marked neighbours run together, every other step alone. */
function stagesOf(all: readonly Step[]): readonly (readonly Step[])[] {
  const stages: Step[][] = []
  for (const [index, step] of all.entries()) {
    const stage = stages.at(-1)
    if (stage && step.beside && all[index - 1]?.beside) stage.push(step)
    else stages.push([step])
  }
  return stages
}

/** Runs a step, reports it, and returns whether it passed. */
async function take(step: Step, alone: boolean): Promise<boolean> {
  const title = `[${steps.indexOf(step) + 1}/${steps.length}] ${step.name}`
  console.log(`\n${title}: ${step.does}${alone ? '' : ' …'}`)
  const started = performance.now()
  const said = `${REPORTS}/${step.name}.log`
  const code = await run(step.command, alone ? undefined : said)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (!alone) process.stdout.write(`\n${readFileSync(said, 'utf8')}`)
  if (code === 0) console.log(`${title}: fine (${seconds} s)`)
  else console.error(`\n${step.name} failed after ${seconds} s. Again, alone: npm run check -- ${step.name}`)
  return code === 0
}

/**
 * Its exit code. The output goes to the screen or to a file; with a pipe, the parent would wait for anyone who holds
 * it.
 */
function run(command: readonly string[], file: string | undefined): Promise<number> {
  const [program = '', ...args] = command
  const out = file === undefined ? 'inherit' : openSync(file, 'w')
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: [file === undefined ? 'inherit' : 'ignore', out, out] })
    child.on('error', (error) => {
      console.error(error.message)
      resolve(1)
    })
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

/** The number of passed tests in a JSON report (vitest's and Playwright's format). */
function testsIn(path: string): number {
  if (!existsSync(path)) return 0
  const report = JSON.parse(readFileSync(path, 'utf8')) as { numPassedTests?: number; stats?: { expected?: number } }
  return report.numPassedTests ?? report.stats?.expected ?? 0
}
