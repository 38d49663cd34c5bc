import { createManualClock } from '@holdfast/core/testing'
import { describe, expect, it } from 'vitest'
import type { FinishedRun } from './finished.ts'
import { createNotes } from './notes.ts'

const run = (runId: string): FinishedRun => ({
  key: { roomId: 'R', threadId: runId },
  runId,
  outcome: { type: 'succeeded' },
})
const [a, b, c, d] = [run('a'), run('b'), run('c'), run('d')]

function setUp() {
  const clock = createManualClock(0)
  const said: string[] = []
  const notes = createNotes({
    showOne: ({ runId }) => void said.push(runId),
    showMany: (runs) => void said.push(`${runs.length} together`),
    hideOne: ({ runId }) => void said.push(`not ${runId}`),
    schedule: (delayMs, then) => clock.schedule(delayMs, then),
  })
  const add = (...runs: readonly FinishedRun[]) => {
    for (const each of runs) notes.add(each)
    clock.advance(1_000)
  }
  return { clock, said, notes, add }
}

describe('toasts for runs that ended unseen', () => {
  it('name one run, and a second', () => {
    const { said, add } = setUp()
    add(a, b)
    expect(said).toEqual(['a', 'b'])
  })

  it('are one for three at once, and nothing is shown before', () => {
    const { said, add } = setUp()
    add(a, b, c)
    expect(said).toEqual(['3 together'])
  })

  it('become one with the third while the others are still shown, and keep counting', () => {
    const { said, add } = setUp()
    add(a)
    add(b)
    add(c)
    add(d)
    expect(said).toEqual(['a', 'b', 'not a', 'not b', '3 together', '4 together'])
  })

  it('name each run again once the earlier toasts are gone', () => {
    const { said, notes, add } = setUp()
    add(a, b)
    notes.oneGone(a)
    add(c)
    add(d)
    notes.manyGone()
    add(a)
    expect(said).toEqual(['a', 'b', 'c', 'not b', 'not c', '3 together', 'a'])
  })

  it('that were pending are not shown once they are closed', () => {
    const { said, notes, clock } = setUp()
    notes.add(a)
    notes.close()
    clock.advance(1_000)
    expect([said, clock.waiting]).toEqual([[], 0])
  })
})
