import { createManualClock } from '@holdfast/core/testing'
import { expect, test, vi } from 'vitest'
import { createAgents } from './agents.ts'

const settled = () => new Promise(setImmediate)
const DEMO = { agentId: 'demo', title: 'Demo' }

test('a failed request for the agents is repeated while there are subscribers, and not otherwise', async () => {
  const clock = createManualClock()
  const ask = vi.fn(async () => ({ items: [DEMO] }))
  for (let failure = 0; failure < 3; failure += 1) ask.mockRejectedValueOnce(new Error('offline'))
  const agents = createAgents(ask, clock)
  const told = vi.fn()
  const look = agents.subscribe(told)
  await vi.waitFor(() => expect(clock.waiting).toBe(1))
  expect(agents.snapshot()).toEqual([])
  look()
  clock.advance(60_000)
  expect([ask.mock.calls.length, clock.waiting]).toEqual([1, 0])
  agents.subscribe(told)
  await settled()
  // A new subscriber triggers a request at once; one later retry serves both.
  agents.subscribe(() => {})
  await settled()
  expect([ask.mock.calls.length, clock.waiting]).toEqual([3, 1])
  await vi.waitFor(() => expect(clock.waiting).toBe(1))
  clock.advance(60_000)
  await vi.waitFor(() => expect(agents.snapshot()).toEqual([DEMO]))
  expect([told.mock.calls.length, ask.mock.calls.length, clock.waiting]).toEqual([1, 4, 0])
})
