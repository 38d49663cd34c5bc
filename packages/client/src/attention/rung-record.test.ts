import { createManualClock } from '@holdfast/core/testing'
import { expect, it } from 'vitest'
import { createManualShared } from '../testing/manual-shared.ts'
import { createRungRecord } from './rung-record.ts'

let ids = 0
const mintId = () => `id-${++ids}`

it('all windows of a profile claim under one id, and know what each of them has shown', () => {
  const shared = createManualShared()
  const clock = createManualClock()
  const [one, other] = [shared.page(), shared.page()].map((page) => createRungRecord({ shared: page, clock, mintId }))
  expect(one?.deviceId).toBe(other?.deviceId)
  expect(one?.add(['a', 'b'])).toBe(true)
  expect(['a', 'b', 'c'].map((id) => other?.has(id))).toEqual([true, true, false])
})

it('where nothing can be kept a window claims under an id of its own, and says that it cannot remember', () => {
  const clock = createManualClock()
  const shared = createManualShared()
  shared.refuse()
  const records = [
    { shared: shared.page(), clock, mintId },
    { shared: shared.page(), clock, mintId },
    { clock, mintId },
  ]
  const [one, other, third] = records.map(createRungRecord)
  expect(new Set([one?.deviceId, other?.deviceId, third?.deviceId]).size).toBe(3)
  expect([one?.add(['a']), third?.add(['a']), third?.has('a')]).toEqual([false, false, false])
})

it('the newest three hundred are remembered, those of a day', () => {
  const shared = createManualShared()
  const clock = createManualClock()
  const record = createRungRecord({ shared: shared.page(), clock, mintId })
  for (let n = 0; n < 300; n += 1) {
    record.add([`n${n}`])
    clock.advance(1)
  }
  expect(record.has('n0')).toBe(true)
  record.add(['n300'])
  expect([record.has('n0'), record.has('n1'), record.has('n300')]).toEqual([false, true, true])
  clock.advance(24 * 60 * 60 * 1_000)
  record.add(['late'])
  expect([record.has('n300'), record.has('late')]).toEqual([false, true])
})
