/**
 * `npm run bench`: measures everything beside its limits and peers and rewrites bench/RESULTS.md and its picture.
 * `npm run bench -- fold resume` measures these anew and leaves what the others have found.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { measureAppend } from './append.ts'
import { measureConnections } from './connections.ts'
import { measureFairness } from './fairness.ts'
import { measureFlood } from './flood.ts'
import { measureFold } from './fold.ts'
import { measureGrowth } from './growth.ts'
import { measureHeap } from './heap.ts'
import { measureIdle } from './idle.ts'
import { measurePage } from './page.ts'
import { PLOT, toPlot } from './plot.ts'
import { measureReaders } from './readers.ts'
import { measureRender } from './render.ts'
import { type BenchSection, missedIn, toMarkdown, updated } from './report.ts'
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
  readers: measureReaders,
  heap: measureHeap,
  flood: measureFlood,
  idle: measureIdle,
  render: measureRender,
  page: measurePage,
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !Object.hasOwn(MEASURES, name))
if (unknown.length > 0) {
  console.error(`No measure is called ${unknown.join(', ')}. Measures: ${Object.keys(MEASURES).join(', ')}.`)
  process.exit(2)
}
const measures = Object.entries(MEASURES).filter(([name]) => wanted.length === 0 || wanted.includes(name))
const sections: BenchSection[] = []
for (const [index, [name, measure]] of measures.entries()) {
  console.log(`[${index + 1}/${measures.length}] ${name} …`)
  sections.push(await measure())
}
const measured = toMarkdown(sections, machine())
const results = wanted.length === 0 ? measured : updated(readFileSync(RESULTS, 'utf8'), measured)
writeFileSync(RESULTS, results)
writeFileSync(PLOT, toPlot(results))
const missed = missedIn(sections)
for (const line of missed) console.error(line)
console.log(`${RESULTS}: ${missed.length} aims missed`)
process.exit(missed.length === 0 ? 0 : 1)

function machine(): string {
  const [first] = cpus()
  const peers = PEERS.map((name) => `${name} ${versionOf(name)}`).join(', ')
  return `${first?.model ?? 'unknown processor'}, ${cpus().length} cores; Node ${process.versions.node}; ${peers}. Ratios are from one run; absolute figures move with the machine.`
}

function versionOf(name: string): string {
  return (JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as { version: string }).version
}
