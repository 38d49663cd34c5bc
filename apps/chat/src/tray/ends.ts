/** The text of toasts about ended runs, for one or several. Does not know: React, titles. */
import type { Ended } from '../frame/toast.ts'
import type { FinishedRun } from './finished.ts'

type End = Ended['type']

/** What needs a person first. */
const ENDS: readonly End[] = ['asks', 'failed', 'finished']

export const WORDS: Record<End, string> = { asks: 'Needs you', failed: 'Failed', finished: 'Finished' }

export function endOf({ outcome }: Pick<FinishedRun, 'outcome'>): End {
  if (outcome.type === 'interrupted') return 'asks'
  return outcome.type === 'failed' ? 'failed' : 'finished'
}

/** Of all of them, what matters most. */
export function endOfAll(runs: readonly FinishedRun[]): End {
  return ENDS.find((end) => runs.some((run) => endOf(run) === end)) ?? 'finished'
}

export function wordsFor(runs: readonly FinishedRun[]): string {
  const count = (end: End) => runs.filter((run) => endOf(run) === end).length
  const [all, failed, asking] = [runs.length, count('failed'), count('asks')]
  if (failed === all) return `${all} runs failed`
  if (failed + asking === 0) return `${all} runs finished`
  return [
    `${all} runs ended`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(asking > 0 ? [`${asking} ${asking === 1 ? 'needs' : 'need'} you`] : []),
  ].join(', ')
}
