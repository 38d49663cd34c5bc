import { createManualClock } from '@holdfast/core/testing'
import { expect, it } from 'vitest'
import { createFlushTick } from './flush-tick.ts'

function setUp() {
  const clock = createManualClock()
  const tick = createFlushTick(clock, 20, 20)
  const flushed: string[] = []
  return { clock, flushed, ask: (name: string) => tick.request(() => flushed.push(name)) }
}

it('answers the first request after a quiet window in the same turn of the event loop, never inside the call', async () => {
  const { clock, flushed, ask } = setUp()
  ask('a')
  ask('b')
  expect(flushed).toEqual([])
  await Promise.resolve()
  expect(flushed).toEqual(['a', 'b'])
  clock.advance(20)
  ask('c')
  await Promise.resolve()
  expect(flushed).toEqual(['a', 'b', 'c'])
})

it('batches the flushes of all runs within a window', async () => {
  const { clock, flushed, ask } = setUp()
  ask('a')
  await Promise.resolve()
  ask('b')
  clock.advance(19)
  ask('c')
  await Promise.resolve()
  expect(flushed).toEqual(['a'])
  clock.advance(1)
  expect(flushed).toEqual(['a', 'b', 'c'])
  expect(clock.waiting).toBe(0)
})

it('forgets undone requests, and releases the timer with the last of them (I10)', async () => {
  const { clock, flushed, ask } = setUp()
  const undoNow = ask('a')
  undoNow()
  await Promise.resolve()
  ask('b')
  await Promise.resolve()
  const undoLater = ask('c')
  const undoOther = ask('d')
  undoLater()
  undoLater()
  expect(clock.waiting).toBe(1)
  undoOther()
  expect(clock.waiting).toBe(0)
  clock.advance(100)
  expect(flushed).toEqual(['b'])
})

it('a request that a flush makes is for the next beat', async () => {
  const clock = createManualClock()
  const tick = createFlushTick(clock, 20, 20)
  let beats = 0
  const again = () => {
    beats++
    if (beats < 3) tick.request(again)
  }
  tick.request(again)
  await Promise.resolve()
  expect(beats).toBe(1)
  clock.advance(20)
  expect(beats).toBe(2)
  clock.advance(20)
  expect(beats).toBe(3)
  expect(clock.waiting).toBe(0)
})

it('a run that always has more to write keeps its own interval, and delays no other', async () => {
  const clock = createManualClock()
  const tick = createFlushTick(clock, 5, 5)
  const flushed: string[] = []
  const flood = () => {
    flushed.push('flood')
    tick.request(flood, clock.now() + 20)
  }
  tick.request(flood)
  await Promise.resolve()
  clock.advance(7)
  tick.request(() => flushed.push('a'))
  await Promise.resolve()
  expect(flushed).toEqual(['flood', 'a'])
  tick.request(() => flushed.push('b'))
  clock.advance(4)
  expect(flushed).toEqual(['flood', 'a'])
  clock.advance(1)
  expect(flushed).toEqual(['flood', 'a', 'b'])
  clock.advance(8)
  expect(flushed).toEqual(['flood', 'a', 'b', 'flood'])
  expect(clock.waiting).toBe(1)
})

it('pauses after a beat in proportion to the runs it carried, so few runs wait for nobody and many are batched', async () => {
  const clock = createManualClock()
  const tick = createFlushTick(clock, 5, 0.5)
  let flushed = 0
  const ask = (runs: number) => {
    for (let n = 0; n < runs; n++) tick.request(() => flushed++)
  }
  ask(2)
  await Promise.resolve()
  expect(flushed).toBe(2)
  ask(40)
  await Promise.resolve()
  expect(flushed).toBe(2)
  clock.advance(1)
  expect(flushed).toBe(42)
  ask(1)
  clock.advance(4)
  expect(flushed).toBe(42)
  clock.advance(1)
  expect(flushed).toBe(43)
})
