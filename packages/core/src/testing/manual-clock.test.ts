import { describe, expect, it } from 'vitest'
import { createManualClock } from './manual-clock.ts'

describe('the manual clock', () => {
  it('moves only when it is told to', () => {
    const clock = createManualClock(1_000)
    expect(clock.now()).toBe(1_000)
    clock.advance(5)
    expect(clock.now()).toBe(1_005)
  })

  it('runs what is due in order of time, then of scheduling, and shows that time', () => {
    const clock = createManualClock(0)
    const seen: string[] = []
    const note = (name: string) => () => void seen.push(`${name}@${clock.now()}`)
    clock.schedule(20, note('late'))
    clock.schedule(10, note('first'))
    clock.schedule(10, note('second'))
    clock.schedule(31, note('never'))
    clock.advance(30)
    expect(seen).toEqual(['first@10', 'second@10', 'late@20'])
    expect(clock.now()).toBe(30)
    expect(clock.waiting).toBe(1)
  })

  it('runs what is scheduled meanwhile, if that is due too', () => {
    const clock = createManualClock(0)
    const seen: number[] = []
    const again = () => {
      seen.push(clock.now())
      if (seen.length < 5) clock.schedule(10, again)
    }
    clock.schedule(10, again)
    clock.advance(30)
    expect(seen).toEqual([10, 20, 30])
    expect(clock.waiting).toBe(1)
  })

  it('treats a time in the past as now', () => {
    const clock = createManualClock(0)
    let ran = false
    clock.schedule(-5, () => {
      ran = true
    })
    clock.advance(0)
    expect(ran).toBe(true)
    expect(clock.now()).toBe(0)
  })

  it('I10 forgets what was undone, and undoing twice or late is harmless', () => {
    const clock = createManualClock(0)
    let runs = 0
    const undo = clock.schedule(1, () => {
      runs++
    })
    const undoLater = clock.schedule(2, () => {
      runs++
    })
    undo()
    undo()
    expect(clock.waiting).toBe(1)
    clock.advance(5)
    undoLater()
    expect(runs).toBe(1)
    expect(clock.waiting).toBe(0)
  })
})
