/**
 * Several runs of a measure put together: of each figure and ratio the median and the spread. An aim is met if the median
 * meets it. Owns the form of RESULTS.md. Does not know what is measured.
 */
import { type BenchAim, type BenchSection, median } from './report.ts'

export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

export interface RecordedRow {
  readonly name: string
  readonly unit: string
  readonly value: Spread
  readonly ratio?: Spread
  readonly of?: string
}

export interface RecordedAim {
  readonly text: string
  readonly ratio: Spread
  readonly met: boolean
  readonly holds: BenchAim['holds']
}

export interface RecordedSection {
  readonly title: string
  readonly runs: number
  readonly rows: readonly RecordedRow[]
  readonly aims: readonly RecordedAim[]
}

/** Of one value at least. */
export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) }
}

/** @throws Error when there is no run, or when a run has other rows or aims than the first */
export function recorded(runs: readonly BenchSection[]): RecordedSection {
  const [first] = runs
  if (!first) throw new Error('Nothing was measured.')
  const same = (section: BenchSection) => JSON.stringify(namesOf(section)) === JSON.stringify(namesOf(first))
  if (!runs.every(same)) throw new Error(`${first.title}: the runs do not have the same rows and aims.`)
  return {
    title: first.title,
    runs: runs.length,
    rows: first.rows.map(({ name, unit, ratio, of }, index) => ({
      name,
      unit,
      value: spreadOf(runs.flatMap(({ rows }) => rows[index]?.value ?? [])),
      ...(ratio !== undefined && { ratio: spreadOf(runs.flatMap(({ rows }) => rows[index]?.ratio ?? [])) }),
      ...(of !== undefined && { of }),
    })),
    aims: first.aims.map(({ text, limit, bound, holds }, index) => {
      const ratio = spreadOf(runs.flatMap(({ aims }) => aims[index]?.ratio ?? []))
      return { text, ratio, holds, met: bound === 'at most' ? ratio.median <= limit : ratio.median >= limit }
    }),
  }
}

function namesOf({ title, rows, aims }: BenchSection): readonly string[] {
  return [title, ...rows.map(({ name }) => name), ...aims.map(({ text }) => text)]
}

/** A line for each aim that was missed. Any of them makes a process that measures exit with 1. */
export function missedIn(sections: readonly RecordedSection[]): readonly string[] {
  const missed = sections.flatMap(({ aims }) => aims.filter(({ met }) => !met))
  return missed.map(
    ({ text, ratio, holds }) =>
      `missed: ${text} (${figure(ratio.median)}×)${holds === 'here' ? ', which depends on the machine' : ''}`,
  )
}

/** `head`: what stands above the sections. */
export function toMarkdown(sections: readonly RecordedSection[], head: string): string {
  return [`# Results\n\n${head}\n`, ...sections.map(sectionText)].join('\n')
}

/** `before` with the sections of `measured` in the place of those with the same title; new ones come last. */
export function updated(before: string, measured: string): string {
  const [, ...old] = before.split(SECTIONS)
  const [head = '', ...fresh] = measured.split(SECTIONS)
  const titleOf = (text: string) => text.slice(0, text.indexOf('\n'))
  const kept = old.map((text) => fresh.find((one) => titleOf(one) === titleOf(text)) ?? text)
  const added = fresh.filter((text) => !kept.includes(text))
  return [`${head.trimEnd()}\n`, ...[...kept, ...added].map((text) => `${text.trimEnd()}\n`)].join('\n')
}

const SECTIONS = /^(?=## )/m

const HOLDS: Readonly<Record<BenchAim['holds'], string>> = {
  everywhere: 'everywhere',
  here: 'on a machine like this one',
}

function sectionText({ title, runs, rows, aims }: RecordedSection): string {
  const row = ({ name, value, unit, ratio, of = '' }: RecordedRow) =>
    `| ${name} | ${figure(value.median)} ${unit} | ${range(value)} | ${ratio ? `${figure(ratio.median)}× ${of}` : ''} | ${ratio ? range(ratio) : ''} |`
  const aim = ({ text, ratio, met, holds }: RecordedAim) =>
    `| ${text} | ${figure(ratio.median)}× | ${range(ratio)} | ${met ? 'met' : '**missed**'} | ${HOLDS[holds]} |`
  return [
    `## ${title}\n`,
    `${runs === 1 ? 'One run.' : `Medians of ${runs} runs.`}\n`,
    '| measured | | min–max | ratio | min–max |\n|---|---|---|---|---|',
    ...rows.map(row),
    '\n| aim | | min–max | | should hold |\n|---|---|---|---|---|',
    ...aims.map(aim),
    '',
  ].join('\n')
}

/** Empty where there is no spread to show. */
function range({ least, most }: Spread): string {
  return least === most ? '' : `${figure(least)}–${figure(most)}`
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2)
}
