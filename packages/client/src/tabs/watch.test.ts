/** Which end is silent, and which only seems so to one that was asleep. */
import type { Clock } from '@holdfast/core'
import { createManualClock } from '@holdfast/core/testing'
import { expect, it, vi } from 'vitest'
import { watch } from './watch.ts'

const never = () => new Promise<never>(() => {})

it('no answer for three seconds is silence, once', () => {
  const clock = createManualClock()
  const onSilent = vi.fn()
  watch({ clock, ask: never, onSilent })
  clock.advance(2_999)
  expect(onSilent).not.toHaveBeenCalled()
  clock.advance(60_000)
  expect(onSilent).toHaveBeenCalledTimes(1)
  expect(clock.waiting).toBe(0)
})

it('answers, and refusals too, are signs of life; a first one may take longer', async () => {
  const clock = createManualClock()
  const onSilent = vi.fn()
  const first = Promise.withResolvers<void>()
  const ask = vi.fn(() => Promise.reject(new Error('not here')))
  ask.mockReturnValueOnce(first.promise as Promise<never>)
  const stop = watch({ clock, ask, onSilent, patience: 10 })
  clock.advance(9_000)
  first.resolve()
  for (let second = 0; second < 10; second += 1) {
    await Promise.resolve()
    await Promise.resolve()
    clock.advance(1_000)
  }
  expect(ask).toHaveBeenCalledTimes(11)
  expect(onSilent).not.toHaveBeenCalled()
  stop()
  expect(clock.waiting).toBe(0)
})

it('a program that was asleep heard nothing, which is not the other end’s silence: it listens for three seconds after it wakes up', () => {
  let time = 0
  let due = () => {}
  const clock: Clock = {
    now: () => time,
    schedule(_ms, run) {
      due = run
      return () => {
        due = () => {}
      }
    },
  }
  const after = (ms: number) => {
    time += ms
    due()
  }
  const onSilent = vi.fn()
  watch({ clock, ask: never, onSilent })
  after(1_000)
  after(1_000)
  after(3_600_000)
  after(1_000)
  after(1_000)
  expect(onSilent).not.toHaveBeenCalled()
  after(1_000)
  expect(onSilent).toHaveBeenCalledTimes(1)
})
