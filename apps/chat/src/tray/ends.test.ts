import type { Outcome } from '@holdfast/core'
import { expect, it } from 'vitest'
import { endOf, endOfAll, wordsFor } from './ends.ts'

const OUTCOMES = {
  good: { type: 'succeeded' },
  bad: { type: 'failed', code: 'agent_error', message: 'No.' },
  asks: { type: 'interrupted', interrupts: [] },
} as const satisfies Record<string, Outcome>

const runs = (...names: readonly (keyof typeof OUTCOMES)[]) =>
  names.map((name, n) => ({
    key: { roomId: 'R', threadId: `T${n}` },
    runId: `${n}`,
    outcome: OUTCOMES[name],
  }))

it('a toast for one run says whether it finished, failed or needs you', () => {
  expect(runs('good', 'bad', 'asks').map(endOf)).toEqual(['finished', 'failed', 'asks'])
})

it('a toast for several counts those that did not simply finish, and looks like the most important one', () => {
  expect(wordsFor(runs('good', 'good', 'good'))).toBe('3 runs finished')
  expect(wordsFor(runs('bad', 'bad', 'bad'))).toBe('3 runs failed')
  expect(wordsFor(runs('good', 'bad', 'good'))).toBe('3 runs ended, 1 failed')
  expect(wordsFor(runs('good', 'asks', 'bad', 'asks'))).toBe('4 runs ended, 1 failed, 2 need you')
  expect(wordsFor(runs('good', 'asks', 'good'))).toBe('3 runs ended, 1 needs you')
  expect([runs('good', 'bad', 'asks'), runs('good', 'bad'), runs('good')].map(endOfAll)).toEqual([
    'asks',
    'failed',
    'finished',
  ])
})
