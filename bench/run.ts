/**
 * `npm run bench` runs every measure five times beside its limits and peers and rewrites bench/RESULTS.md and its picture.
 * `npm run bench -- fold resume` runs only these and leaves the other sections as they are. `--runs 1` is a quick look.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { measureActing } from './acting.ts'
import { measureAppend } from './append.ts'
import { measureCache } from './cache.ts'
import { measureConnections } from './connections.ts'
import { measureFairness } from './fairness.ts'
import { measureFlood } from './flood.ts'
import { measureFold } from './fold.ts'
import { measureGrowth } from './growth.ts'
import { measureHeap } from './heap.ts'
import { measureIdle } from './idle.ts'
import { measureInbox } from './inbox.ts'
import { measureIsolation } from './isolation.ts'
import { measurePage } from './page.ts'
import { PLOT, toPlot } from './plot.ts'
import { measureReaders } from './readers.ts'
import { missedIn, type RecordedSection, recorded, toMarkdown, updated } from './record.ts'
import { measureRender } from './render.ts'
import type { BenchSection } from './report.ts'
import { measureResume } from './resume.ts'
import { measureWarm } from './warm.ts'

const RESULTS = 'bench/RESULTS.md'
const PEERS = ['@ag-ui/client', 'ai', 'react-markdown', 'streamdown']

const MEASURES: Readonly<Record<string, () => Promise<BenchSection>>> = {
  fold: measureFold,
  append: measureAppend,
  fairness: measureFairness,
  connections: measureConnections,
  resume: measureResume,
  warm: measureWarm,
  growth: measureGrowth,
  inbox: measureInbox,
  readers: measureReaders,
  heap: measureHeap,
  flood: measureFlood,
  idle: measureIdle,
  acting: measureActing,
  isolation: measureIsolation,
  render: measureRender,
  page: measurePage,
  cache: measureCache,
}

const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '5' } },
})
const runs = Number(values.runs)
if (!Number.isInteger(runs) || runs < 1) fail(`--runs takes a whole number of at least 1, not ${values.runs}.`)
const unknown = wanted.filter((name) => !Object.hasOwn(MEASURES, name))
if (unknown.length > 0) {
  fail(`No measure is called ${unknown.join(', ')}. Measures: ${Object.keys(MEASURES).join(', ')}.`)
}

const measures = Object.entries(MEASURES).filter(([name]) => wanted.length === 0 || wanted.includes(name))
const sections: RecordedSection[] = []
for (const [index, [name, measure]] of measures.entries()) {
  const found: BenchSection[] = []
  for (let run = 1; run <= runs; run++) {
    console.log(`[${index + 1}/${measures.length}] ${name}, run ${run} of ${runs} …`)
    found.push(await measure())
  }
  sections.push(recorded(found))
  // At once: a measure that fails later costs no section that is done.
  write(updated(readFileSync(RESULTS, 'utf8'), toMarkdown(sections, head())))
}
// Sections whose measure is gone go too.
if (wanted.length === 0) write(toMarkdown(sections, head()))
const missed = missedIn(sections)
for (const line of missed) console.error(line)
console.log(`${RESULTS}: ${missed.length} aims missed`)
process.exit(missed.length === 0 ? 0 : 1)

function write(results: string): void {
  writeFileSync(RESULTS, results)
  writeFileSync(PLOT, toPlot(results))
}

function head(): string {
  const [first] = cpus()
  const peers = PEERS.map((name) => `${name} ${versionOf(name)}`).join(', ')
  return `${first?.model ?? 'Unknown processor'}, ${cpus().length} cores; Node ${process.versions.node}; ${peers}.

Each figure and each ratio is the median of its section’s runs, beside the least and the greatest of them. A ratio compares two figures of the same run. An
aim is met if the median meets it. An aim that should hold everywhere is a count, a growth, an amount of memory, or script compared with script. One that
should hold on a machine like this one compares times by the clock, or weighs system calls, disk or frames against script: elsewhere it may be missed.`
}

function versionOf(name: string): string {
  return (JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as { version: string }).version
}

function fail(sentence: string): never {
  console.error(sentence)
  process.exit(2)
}
