/** `npm run bench`: measures everything beside its limits and peers and rewrites bench/RESULTS.md and its picture. */
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { measureAppend } from './append.ts'
import { measureConnections } from './connections.ts'
import { measureFairness } from './fairness.ts'
import { measureFlood } from './flood.ts'
import { measureFold } from './fold.ts'
import { measureHeap } from './heap.ts'
import { measureIdle } from './idle.ts'
import { measurePage } from './page.ts'
import { PLOT, toPlot } from './plot.ts'
import { measureRender } from './render.ts'
import { type BenchSection, toMarkdown } from './report.ts'
import { measureResume } from './resume.ts'
import { measureWarm } from './warm.ts'

const RESULTS = 'bench/RESULTS.md'
const PEERS = ['@ag-ui/client', 'ai', 'react-markdown', 'streamdown']

const MEASURES: readonly (readonly [name: string, measure: () => Promise<BenchSection>])[] = [
  ['the fold', measureFold],
  ['append and fan-out', measureAppend],
  ['threads beside each other', measureFairness],
  ['a thousand connections', measureConnections],
  ['resume', measureResume],
  ['switching among warm threads', measureWarm],
  ['heap', measureHeap],
  ['a flood beside a run', measureFlood],
  ['idle streams', measureIdle],
  ['rendering', measureRender],
  ['the page', measurePage],
]

const sections: BenchSection[] = []
for (const [index, [name, measure]] of MEASURES.entries()) {
  console.log(`[${index + 1}/${MEASURES.length}] ${name} …`)
  sections.push(await measure())
}
const results = toMarkdown(sections, machine())
writeFileSync(RESULTS, results)
writeFileSync(PLOT, toPlot(results))
const missed = sections.flatMap(({ aims }) => aims.filter(({ ok }) => !ok))
for (const { text, ratio } of missed) console.error(`missed: ${text} (${ratio.toFixed(2)}×)`)
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
