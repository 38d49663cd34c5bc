/** Agents that say nothing, and agents that do not stop saying it. */
import type { Event } from '@ag-ui/core'
import { createManualClock } from '@holdfast/core/testing'
import { expect, it } from 'vitest'
import { sleep } from '../agents/pace.ts'
import type { Agent } from '../agents/port.ts'
import { createDeadlines, type Watched } from './deadlines.ts'
import { createHouse, expectLegalEnd } from './testing/house.ts'

const times = { maxSilenceMs: 1_000, maxRunMs: 10_000 }
const TIMEOUT = { type: 'failed', code: 'timeout' }

it('G4 an agent that never says a word ends its run, and only its own, exactly when its time is over', async () => {
  const house = await createHouse({ times })
  await house.engine.start()
  await house.ask('silent')
  await house.ask('b', 'demo', { tokens: 120, intervalMs: 10 })
  await house.pass(990)
  expect(await house.run('silent')).toMatchObject({ status: 'running' })
  await house.pass(20)
  expectLegalEnd(await house.envelopes('silent'), TIMEOUT)
  expect(house.calls[0]?.context.signal.aborted).toBe(true)
  await house.pass(1_000)
  expect(await house.run('b')).toMatchObject({ status: 'succeeded' })
})

it('an agent that stops in the middle keeps what it said, closed in order; each word gives it time', async () => {
  const house = await createHouse({ times })
  await house.engine.start()
  await house.ask('a')
  for (const word of ['one ', 'two ', 'three ']) {
    await house.pass(900)
    house.calls[0]?.text(word)
  }
  await house.pass(980)
  expect(await house.run('a')).toMatchObject({ status: 'running' })
  await house.pass(40)
  expect(await house.text('a')).toBe('one two three ')
  expectLegalEnd(await house.envelopes('a'), TIMEOUT)
})

it('G4 an agent that goes on and on ends with its time, whatever it says', async () => {
  const house = await createHouse({ times })
  await house.engine.start()
  await house.ask('a', 'demo', { tokens: 100_000, intervalMs: 100 })
  await house.pass(9_900, 100)
  expect(await house.run('a')).toMatchObject({ status: 'running' })
  await house.pass(200, 100)
  expectLegalEnd(await house.envelopes('a'), TIMEOUT)
})

it('an agent that is not asked, because the store does not take what it said, is not silent', async () => {
  let open = () => {}
  const gate = new Promise<void>((resolve) => (open = resolve))
  const delta = 'x'.repeat(1_000)
  const agent: Agent = {
    id: 'big',
    title: 'big',
    async *run(_, { signal }) {
      yield { type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant' } as Event
      for (let n = 0; n < 600; n++) yield { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta } as Event
      await sleep(house.clock, 500, signal)
      yield { type: 'TEXT_MESSAGE_END', messageId: 'm' } as Event
    },
  }
  const house = await createHouse({
    agents: [agent],
    times,
    work: (work) => ({
      ...work,
      async append(lease, events) {
        await gate
        return work.append(lease, events)
      },
    }),
  })
  await house.engine.start()
  await house.ask('a', 'big')
  await house.pass(5_000, 100)
  expect(await house.run('a')).toMatchObject({ status: 'running' })
  open()
  await house.pass(6_000, 100)
  expect(await house.run('a')).toMatchObject({ status: 'succeeded' })
})

it('I10 a run that has ended leaves no timer behind', async () => {
  const house = await createHouse({ times })
  await house.engine.start()
  await house.settle()
  const before = house.clock.waiting
  await house.ask('a', 'demo', { tokens: 3, intervalMs: 1 })
  await house.pass(100)
  expect(await house.run('a')).toMatchObject({ status: 'succeeded' })
  expect(house.clock.waiting).toBe(before)
})

it('I10 runs that are waited for share one timer, and each is over in its own time', () => {
  const clock = createManualClock()
  const over: number[] = []
  const deadlines = createDeadlines<Watched & { readonly n: number }>(clock, times, ({ n }) => over.push(n))
  const runs = Array.from({ length: 20 }, (_, n) => {
    const run = { n, since: clock.now(), waitingSince: clock.now() }
    deadlines.watch(run)
    clock.advance(10)
    return run
  })
  expect(clock.waiting).toBe(1)
  clock.advance(times.maxSilenceMs - 200)
  expect(over).toEqual([0])
  clock.advance(30)
  expect(over).toEqual([0, 1, 2, 3])
  for (const run of runs.slice(5)) deadlines.forget(run)
  clock.advance(times.maxSilenceMs)
  expect(over).toEqual([0, 1, 2, 3, 4])
  expect(clock.waiting).toBe(0)
})
