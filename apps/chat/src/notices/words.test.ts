import { expect, it } from 'vitest'
import { kindOfAll, wordsFor } from './words.ts'

const of = (words: string) => words.split(' ').map((kind) => ({ kind: kind as 'finished' }))

it('several notices are counted by what matters', () => {
  expect(wordsFor(of('finished finished finished'))).toBe('3 runs finished')
  expect(wordsFor(of('failed failed failed'))).toBe('3 runs failed')
  expect(wordsFor(of('needs_you needs_you'))).toBe('2 runs need you')
  expect(wordsFor(of('stopped stopped'))).toBe('2 runs stopped')
  expect(wordsFor(of('finished failed needs_you stopped'))).toBe('4 runs ended, 1 failed, 1 stopped, 1 needs you')
})

it('of several the most urgent one is shown', () => {
  const looks = ['stopped finished needs_you failed', 'finished failed', 'stopped finished', 'stopped']
  expect(looks.map((look) => kindOfAll(of(look)))).toEqual(['needs_you', 'failed', 'finished', 'stopped'])
})
