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
  /** It needs nothing that the steps around it make, so it runs at the same time as those of them that say so too. */
  readonly beside?: true
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
  // What one of several says is shown once it has ended: nobody's lines between another's.
  const fine = await Promise.all(stage.map((step) => take(step, stage.length === 1)))
  if (fine.includes(false)) process.exit(1)
}
const passed = reports.map(testsIn).reduce((sum, count) => sum + count, 0)
if (passed > 0) console.log(`\nchecks: ${passed} passed, 0 failed`)

/** Neighbours that may run beside each other, together; every other step alone. In order. */
function stagesOf(all: readonly Step[]): readonly (readonly Step[])[] {
  const stages: Step[][] = []
  for (const [index, step] of all.entries()) {
    const stage = stages.at(-1)
    if (stage && step.beside && all[index - 1]?.beside) stage.push(step)
    else stages.push([step])
  }
  return stages
}

/** Runs a step, says how it went, and whether it went well. */
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

/** Its exit code. What it says goes to the screen, or to the file: a pipe would be waited for as long as anyone has it. */
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

/** How many tests a JSON report says have passed (vitest's and Playwright's shapes). */
function testsIn(path: string): number {
  if (!existsSync(path)) return 0
  const report = JSON.parse(readFileSync(path, 'utf8')) as { numPassedTests?: number; stats?: { expected?: number } }
  return report.numPassedTests ?? report.stats?.expected ?? 0
}
