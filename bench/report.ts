/** What a measurement says, and how it is written down. Figures are only ever read beside a limit or a peer of the same run. */

export interface BenchRow {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** `value` against that of the row `of`. */
  readonly ratio?: number
  readonly of?: string
}

export interface BenchAim {
  readonly text: string
  readonly ratio: number
  readonly limit: number
  readonly ok: boolean
}

export interface BenchSection {
  readonly title: string
  readonly rows: readonly BenchRow[]
  readonly aims: readonly BenchAim[]
}

/** At most `limit` times as dear as what it is compared with. */
export function atMost(text: string, ratio: number, limit: number): BenchAim {
  return { text: `${text} ≤ ${limit}×`, ratio, limit, ok: ratio <= limit }
}

/** At least `limit` times cheaper than what it is compared with. */
export function atLeast(text: string, ratio: number, limit: number): BenchAim {
  return { text: `${text} ≥ ${limit}×`, ratio, limit, ok: ratio >= limit }
}

/** A line for each aim that was missed. Any of them makes a process that measures exit with 1. */
export function missedIn(sections: readonly BenchSection[]): readonly string[] {
  const missed = sections.flatMap(({ aims }) => aims.filter(({ ok }) => !ok))
  return missed.map(({ text, ratio }) => `missed: ${text} (${ratio.toFixed(2)}×)`)
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** `machine`: one line with processor, cores, Node and the versions of the peers. */
export function toMarkdown(sections: readonly BenchSection[], machine: string): string {
  return [`# Results\n\n${machine}\n`, ...sections.map(section)].join('\n')
}

/** What was written before, with the sections that were measured anew in their place; new ones come last. */
export function updated(before: string, anew: string): string {
  const [, ...old] = before.split(SECTIONS)
  const [head = '', ...fresh] = anew.split(SECTIONS)
  const titleOf = (text: string) => text.slice(0, text.indexOf('\n'))
  const kept = old.map((text) => fresh.find((one) => titleOf(one) === titleOf(text)) ?? text)
  const added = fresh.filter((text) => !kept.includes(text))
  return [`${head.trimEnd()}\n`, ...[...kept, ...added].map((text) => `${text.trimEnd()}\n`)].join('\n')
}

const SECTIONS = /^(?=## )/m

function section({ title, rows, aims }: BenchSection): string {
  const row = ({ name, value, unit, ratio, of }: BenchRow) =>
    `| ${name} | ${figure(value)} ${unit} | ${ratio === undefined ? '' : `${figure(ratio)}× ${of ?? ''}`} |`
  const aim = ({ text, ratio, ok }: BenchAim) => `| ${text} | ${figure(ratio)}× | ${ok ? 'met' : '**missed**'} |`
  return [
    `## ${title}\n`,
    '| measured | | ratio |\n|---|---|---|',
    ...rows.map(row),
    '\n| aim | here | |\n|---|---|---|',
    ...aims.map(aim),
    '',
  ].join('\n')
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2)
}
