/** When the store is swept. */
import { createManualClock } from '@holdfast/core/testing'
import { expect, it } from 'vitest'
import type { SweepRequest, Swept } from '../store/port.ts'
import { startRetention } from './retention.ts'

const HOUR = 3_600_000
const SOON = 600_000

function set(answers: (Swept | Error)[]) {
  const clock = createManualClock()
  const wall = { ahead: 0 }
  const asked: SweepRequest[] = []
  const trimmed: number[] = []
  const faults: unknown[] = []
  const loop = startRetention({
    retention: {
      async sweep(request) {
        asked.push(request)
        const answer = answers.shift() ?? { trimmed: 0 }
        if (answer instanceof Error) throw answer
        return answer
      },
    },
    clock,
    wallNow: () => clock.now() + wall.ahead,
    keepMs: HOUR,
    onTrimmed: (records) => void trimmed.push(records),
    onFault: (error) => void faults.push(error),
  })
  const settle = async () => {
    for (let n = 0; n < 5; n++) await Promise.resolve()
  }
  const pass = async (ms: number) => {
    clock.advance(ms)
    await settle()
  }
  return { clock, wall, asked, trimmed, faults, loop, pass }
}

it('sweeps soon after the start and once an hour, piece by piece, and says once what a sweep has trimmed', async () => {
  const { clock, asked, trimmed, loop, pass } = set([{ trimmed: 5, next: 3 }, { trimmed: 2, next: 7 }, { trimmed: 0 }])
  await pass(SOON)
  await pass(20)
  await pass(20)
  expect(asked.map(({ after }) => after)).toEqual([undefined, 3, 7])
  expect(trimmed).toEqual([7])
  await pass(HOUR - 1)
  expect(asked).toHaveLength(3)
  await pass(1)
  expect(asked).toHaveLength(4)
  expect(asked[3]?.endedBefore).toBe(clock.now() - HOUR)
  expect(trimmed).toEqual([7])
  await loop.stop()
  expect(clock.waiting).toBe(0)
})

it('a store that fails is reported and swept again an hour later; a loop that is stopped asks no more', async () => {
  const { clock, asked, faults, loop, pass } = set([new Error('disk')])
  await pass(SOON)
  expect(faults).toHaveLength(1)
  await pass(HOUR)
  expect(asked).toHaveLength(2)
  await loop.stop()
  await pass(HOUR)
  expect([asked.length, clock.waiting]).toEqual([2, 0])
})

it('nothing is trimmed by a clock that was wrong at the start and set within minutes, or that goes wrong later', async () => {
  const { clock, wall, asked, loop, pass } = set([])
  wall.ahead = 14 * 365 * 24 * HOUR
  await pass(SOON - 1)
  expect(asked).toEqual([])
  wall.ahead = 0
  await pass(1)
  expect(asked).toEqual([{ endedBefore: clock.now() - HOUR }])
  wall.ahead = 14 * 365 * 24 * HOUR
  await pass(HOUR)
  expect(asked[1]).toEqual({ endedBefore: clock.now() - HOUR })
  await loop.stop()
})
