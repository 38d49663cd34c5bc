/**
 * What one run of a measure says: figures, ratios, and what they should be. A figure only means something beside a limit or
 * a peer that was measured in the same run. Several runs are put together by `record.ts`.
 */

export interface BenchRow {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** `value` divided by that of the row `of`. */
  readonly ratio?: number
  readonly of?: string
}

export interface BenchAim {
  readonly text: string
  readonly ratio: number
  readonly limit: number
  readonly bound: 'at most' | 'at least'
  /**
   * `everywhere`: a count, a growth, memory, or script beside script. `here`: it compares times by the clock, or weighs
   * system calls, disk or frames against script, and so depends on the machine.
   */
  readonly holds: 'everywhere' | 'here'
}

export interface BenchSection {
  readonly title: string
  readonly rows: readonly BenchRow[]
  readonly aims: readonly BenchAim[]
}

/** At most `limit` times the cost of what it is compared with. */
export function atMost(text: string, ratio: number, limit: number): BenchAim {
  return { text: `${text} ≤ ${limit}×`, ratio, limit, bound: 'at most', holds: 'everywhere' }
}

/** At least `limit` times cheaper than what it is compared with. */
export function atLeast(text: string, ratio: number, limit: number): BenchAim {
  return { text: `${text} ≥ ${limit}×`, ratio, limit, bound: 'at least', holds: 'everywhere' }
}

/** For an aim that depends on the machine. */
export function onlyHere(aim: BenchAim): BenchAim {
  return { ...aim, holds: 'here' }
}

/** NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}
