/**
 * The picture of the results that the README shows: bars on a logarithmic scale of the medians in RESULTS.md and of nothing
 * else, so that the same results make the same bytes. Readable on a light and on a dark page; no script, no fonts of its
 * own. `node bench/plot.ts` draws it again.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const RESULTS = 'bench/RESULTS.md'
export const PLOT = 'docs/bench.svg'

type Whose = 'limit' | 'ours' | 'peer'

interface Bar {
  readonly label: string
  readonly whose: Whose
  readonly value: number
  readonly unit: string
}

interface Group {
  readonly title: string
  readonly bars: readonly Bar[]
}

interface Panel {
  readonly title: string
  /** Powers of ten. */
  readonly from: number
  readonly to: number
  readonly groups: readonly Group[]
}

interface Row {
  readonly name: string
  readonly value: number
  readonly unit: string
}

/** The medians of the measured rows, as `record.ts` writes them. */
function rowsOf(results: string): Row[] {
  return [...results.matchAll(/^\| (.+) \| ([\d.]+) (\D[^|]*) \| [^|]* \| [^|]* \| [^|]* \|$/gm)].map(
    ([, name = '', value = '', unit = '']) => ({ name, value: Number(value), unit }),
  )
}

const FOLD: readonly (readonly [workload: string, title: string])[] = [
  ['10k text deltas beside 0 messages', 'a text delta in an empty thread'],
  ['10k text deltas beside 200 messages', 'beside 200 messages'],
  ['10k text deltas beside 800 messages', 'beside 800 messages'],
  ['30k deltas of tool arguments', 'a delta of tool arguments, of 30,000'],
  ['10k state patches', 'a patch of the shared state'],
]
const FOLD_BARS: readonly (readonly [suffix: string, label: string, whose: Whose])[] = [
  ['L', 'least possible, a view per event', 'limit'],
  ['batched by 32', 'Holdfast', 'ours'],
  ['a view per event', 'Holdfast, a view per event', 'ours'],
  ['@ag-ui/client', '@ag-ui/client', 'peer'],
  ['ai', 'AI SDK', 'peer'],
]
const SERVER: readonly (readonly [title: string, bare: string, ours: string])[] = [
  [
    '100 runs, 30,000 events/s: CPU beyond the load',
    'steady 30k events/s: bare, net CPU',
    'steady 30k events/s: Holdfast, net CPU',
  ],
  ['the same: p99 of the way to the reader', 'steady 30k events/s: bare, p99', 'steady 30k events/s: Holdfast, p99'],
  ['1,000 connections: CPU', 'bare node:http, CPU', 'Holdfast, CPU'],
  ['10,000 events read again: the last', 'bare: last event', 'Holdfast: last event'],
]

/** A row that was not measured has no bar. */
function panelsOf(rows: readonly Row[]): Panel[] {
  const bar = (name: string, label: string, whose: Whose): Bar[] => {
    const row = rows.find((one) => one.name === name)
    return row === undefined ? [] : [{ label, whose, value: row.value, unit: row.unit }]
  }
  const fold = FOLD.map(([workload, title]) => ({
    title,
    bars: FOLD_BARS.flatMap(([suffix, label, whose]) => bar(`${workload}: ${suffix}`, label, whose)),
  }))
  const server = SERVER.map(([title, bare, ours]) => ({
    title,
    bars: [
      ...bar(bare, 'bare node:http, nothing kept', 'limit'),
      ...bar(ours, 'Holdfast, every event on disk', 'ours'),
    ],
  }))
  return [
    { title: 'In the page: processor time for one event', from: -1, to: 4, groups: fold },
    { title: 'In the server: from an agent’s event to its readers', from: -1, to: 3, groups: server },
  ]
}

const WIDTH = 860
const LEFT = 250
const RIGHT = 110
const BAR = 15
const GAP = 3

/** What does not depend on what was measured. */
const STYLE = `
  text { font: 12px system-ui, "Segoe UI", Roboto, sans-serif; fill: #15242a }
  .title { font-weight: 600; font-size: 14px }
  .group { font-weight: 600 }
  .quiet { fill: #53626a }
  .grid { stroke: #dfdbd0 }
  .ground { fill: #fdfcf9 }
  .limit { fill: #9aa6a8 } .ours { fill: #0b6064 } .peer { fill: #c98a3a }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6ecec }
    .quiet { fill: #a3b1b4 }
    .grid { stroke: #2c3a3f }
    .ground { fill: #10191c }
    .limit { fill: #6d7c80 } .ours { fill: #5cc2bd } .peer { fill: #d79a4e }
  }`

export function toPlot(results: string): string {
  let y = 12
  const drawn: string[] = []
  for (const { title, from, to, groups } of panelsOf(rowsOf(results))) {
    const span = WIDTH - LEFT - RIGHT
    const x = (value: number) => {
      const share = (Math.log10(value) - from) / (to - from)
      return LEFT + span * Math.min(1, Math.max(0.004, share))
    }
    y += 16
    drawn.push(text(16, y, title, 'title'))
    y += 12
    const top = y
    const bars: string[] = []
    for (const group of groups) {
      if (group.bars.length === 0) continue
      y += 18
      bars.push(text(16, y, group.title, 'group'))
      y += 6
      for (const { label, whose, value, unit } of group.bars) {
        const end = x(value)
        bars.push(
          text(LEFT - 8, y + BAR - 4, label, 'quiet', 'end'),
          `<rect class="${whose}" x="${LEFT}" y="${y}" width="${(end - LEFT).toFixed(1)}" height="${BAR}" rx="2"/>`,
          text(Number((end + 6).toFixed(1)), y + BAR - 4, `${value.toLocaleString('en')} ${unit}`),
        )
        y += BAR + GAP
      }
    }
    for (let power = from; power <= to; power++) {
      const at = x(10 ** power).toFixed(1)
      drawn.push(`<line class="grid" x1="${at}" x2="${at}" y1="${top}" y2="${y + 4}"/>`)
      drawn.push(text(Number(at), y + 18, (10 ** power).toLocaleString('en'), 'quiet', 'middle'))
    }
    drawn.push(...bars)
    y += 36
  }
  drawn.push(
    text(16, y, 'Logarithmic: each line is ten times the one before. Shorter is better. bench/RESULTS.md', 'quiet'),
  )
  const height = y + 16
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    '<title>What one event costs: Holdfast beside the least possible and beside others</title>',
    `<style>${STYLE}\n</style>`,
    `<rect class="ground" width="${WIDTH}" height="${height}" rx="8"/>`,
    ...drawn,
    '</svg>\n',
  ].join('\n')
}

function text(x: number, y: number, words: string, name?: string, anchor?: 'middle' | 'end'): string {
  const attributes = `${name === undefined ? '' : ` class="${name}"`}${anchor === undefined ? '' : ` text-anchor="${anchor}"`}`
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<text x="${x}" y="${y}"${attributes}>${escaped}</text>`
}

if (import.meta.main) writeFileSync(PLOT, toPlot(readFileSync(RESULTS, 'utf8')))
