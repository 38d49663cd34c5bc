import { expect, test } from 'vitest'
import { toPlot } from './plot.ts'
import { missedIn, recorded, spreadOf, toMarkdown, updated } from './record.ts'
import { atLeast, atMost, type BenchSection, median, onlyHere } from './report.ts'

/** A run with one figure, one ratio and the aims about it. */
const run = (value: number, title = 'Speed'): BenchSection => ({
  title,
  rows: [
    { name: 'bare', value: 10, unit: 'ms' },
    { name: 'ours', value, unit: 'ms', ratio: value / 10, of: 'bare' },
  ],
  aims: [onlyHere(atMost('ours against bare', value / 10, 2)), atLeast('bare against ours', 10 / value, 0.5)],
})

test('the median of an even number of values lies between the two in the middle, whatever their order', () => {
  expect(median([5, 1, 3])).toBe(3)
  expect(median([4, 1, 3, 100])).toBe(3.5)
  expect(median([])).toBeNaN()
  expect(spreadOf([30, 2, 10])).toEqual({ median: 10, least: 2, most: 30 })
})

test('several runs give the median and the spread of every figure and ratio', () => {
  const { rows, runs } = recorded([run(20), run(12), run(90)])
  expect(runs).toBe(3)
  expect(rows[0]?.value).toEqual({ median: 10, least: 10, most: 10 })
  expect(rows[0]).not.toHaveProperty('ratio')
  expect(rows[1]?.value).toEqual({ median: 20, least: 12, most: 90 })
  expect(rows[1]?.ratio).toEqual({ median: 2, least: 1.2, most: 9 })
})

test('an aim is met if its median meets it, and one good run is not enough', () => {
  const met = (...values: number[]) => recorded(values.map((value) => run(value))).aims.map((aim) => aim.met)
  expect(met(20, 12, 90)).toEqual([true, true])
  expect(met(12, 21, 90)).toEqual([false, false])
  const bad = recorded([run(12), run(21), run(90)])
  expect(missedIn([recorded([run(20)]), bad])).toEqual([
    'missed: ours against bare ≤ 2× (2.1×), which depends on the machine',
    'missed: bare against ours ≥ 0.5× (0.48×)',
  ])
})

test('runs that measured different things are not put together', () => {
  expect(() => recorded([run(20), { ...run(20), rows: [] }])).toThrow('Speed')
  expect(() => recorded([])).toThrow()
})

test('the table shows the spread beside each median, and where an aim should hold', () => {
  const text = toMarkdown([recorded([run(20), run(12), run(90)])], 'A machine.')
  expect(text).toContain('Medians of 3 runs.')
  expect(text).toContain('| bare | 10 ms |  |  |  |')
  expect(text).toContain('| ours | 20 ms | 12–90 | 2.0× bare | 1.2–9.0 |')
  expect(text).toContain('| ours against bare ≤ 2× | 2.0× | 1.2–9.0 | met | on a machine like this one |')
  expect(text).toContain('| bare against ours ≥ 0.5× | 0.50× | 0.11–0.83 | met | everywhere |')
  expect(toMarkdown([recorded([run(20)])], 'A machine.')).toContain('One run.')
})

test('a section that is measured again takes the place of the old one, and a new one comes last', () => {
  const one = (value: number, title?: string) => toMarkdown([recorded([run(value, title)])], 'A machine.')
  const both = updated(one(20), one(30, 'Size'))
  expect([...both.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual(['Speed', 'Size'])
  const again = updated(both, one(40))
  expect([...again.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual(['Speed', 'Size'])
  expect(again).toContain('| ours | 40 ms |')
  expect(again).not.toContain('| ours | 20 ms |')
})

test('the picture shows the medians of the table', () => {
  const name = 'steady 30k events/s: Holdfast, p99'
  const rows = (value: number) => [{ name, value, unit: 'ms' }]
  const table = toMarkdown([recorded([12, 34, 56].map((value) => ({ ...run(1), rows: rows(value) })))], 'A machine.')
  expect(toPlot(table)).toContain('34 ms')
})
