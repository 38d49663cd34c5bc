/** Up to where a log may be trimmed. */
import { expect, it } from 'vitest'
import { trimTo } from './retention.ts'

const run = (firstSeq: number, lastSeq?: number, endedAt?: number) => ({
  firstSeq,
  ...(lastSeq !== undefined && { lastSeq }),
  ...(endedAt !== undefined && { endedAt }),
})

it.each<[string, Parameters<typeof trimTo>[0], number | undefined]>([
  ['nothing ran', [], undefined],
  ['one old run', [run(1, 5, 10)], 5],
  ['one that ended just then', [run(1, 5, 100)], undefined],
  ['one that ended just before', [run(1, 5, 99)], 5],
  ['one that goes on', [run(1)], undefined],
  ['an old one before a young one', [run(1, 5, 10), run(6, 9, 200)], 5],
  ['a young one before an old one, whose clock was set', [run(1, 5, 200), run(6, 9, 10)], undefined],
  ['a young one that was accepted during the old one', [run(1, 9, 10), run(4, 14, 200)], undefined],
  ['two old ones across each other', [run(1, 9, 10), run(4, 14, 20)], 14],
  ['one that was cancelled in the queue of another', [run(1, 14, 20), run(4, 8, 10)], 14],
  ['three, of which the last two overlap', [run(1, 5, 10), run(6, 20, 20), run(8, 30, 200)], 5],
  ['old ones before one that goes on', [run(1, 5, 10), run(6, 9, 20), run(10)], 9],
])('%s', (_, runs, upTo) => {
  expect(trimTo(runs, 100)).toBe(upTo)
})
