/** Agents that are silent for too long, and agents that never finish. */
import type { Event } from '@ag-ui/core'
import { createManualClock } from '@holdfast/core/testing'
import { expect, it } from 'vitest'
import type { Agent } from '../agents/port.ts'
import { sleep } from '../agents/sleep.ts'
import { createDeadlines, type Watched } from './deadlines.ts'
import { createTestServer, expectLegalEnd } from './testing/test-server.ts'

const times = { maxSilenceMs: 1_000, maxRunMs: 10_000 }
const TIMEOUT = { type: 'failed', code: 'timeout' }
const NO_PROGRESS = { type: 'failed', code: 'no_progress' }

it('G4 an agent that never sends an event ends its own run, and no other, exactly at its deadline', async () => {
  const server = await createTestServer({ times })
  await server.engine.start()
  await server.ask('silent')
  await server.ask('b', 'demo', { tokens: 120, intervalMs: 10 })
  await server.pass(990)
  expect(await server.run('silent')).toMatchObject({ status: 'running' })
  await server.pass(20)
  expectLegalEnd(await server.envelopes('silent'), NO_PROGRESS)
  expect(server.calls[0]?.context.signal.aborted).toBe(true)
  await server.pass(1_000)
  expect(await server.run('b')).toMatchObject({ status: 'succeeded' })
})

it('an agent that stalls keeps what it said, properly closed, and each event resets its deadline', async () => {
  const server = await createTestServer({ times })
  await server.engine.start()
  await server.ask('a')
  for (const word of ['one ', 'two ', 'three ']) {
    await server.pass(900)
    server.calls[0]?.text(word)
  }
  await server.pass(980)
  expect(await server.run('a')).toMatchObject({ status: 'running' })
  await server.pass(40)
  expect(await server.text('a')).toBe('one two three ')
  expectLegalEnd(await server.envelopes('a'), NO_PROGRESS)
})

it('what a sub-agent or a tool reports counts as progress of its run', async () => {
  const server = await createTestServer({ times })
  await server.engine.start()
  await server.ask('a')
  await server.settle()
  const value = { toolCallId: 'c', text: 'half done' }
  for (const event of [
    { type: 'SUBAGENT_STARTED', subagentRunId: 's', name: 'researcher' },
    { type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant', subagentRunId: 's' },
    { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'found', subagentRunId: 's' },
    { type: 'CUSTOM', name: 'holdfast.progress', value },
  ]) {
    await server.pass(900)
    server.calls[0]?.say(event)
  }
  await server.pass(980)
  expect(await server.run('a')).toMatchObject({ status: 'running' })
  await server.pass(40)
  expectLegalEnd(await server.envelopes('a'), NO_PROGRESS)
})

it('S002-43 G4 an agent that never finishes ends at the maximum run time, whatever it sends', async () => {
  const server = await createTestServer({ times })
  await server.engine.start()
  await server.ask('a', 'demo', { tokens: 100_000, intervalMs: 100 })
  await server.pass(9_900, 100)
  expect(await server.run('a')).toMatchObject({ status: 'running' })
  await server.pass(200, 100)
  expectLegalEnd(await server.envelopes('a'), TIMEOUT)
})

it('an agent that is not asked because the store is slow is not silent', async () => {
  let open = () => {}
  const gate = new Promise<void>((resolve) => (open = resolve))
  const delta = 'x'.repeat(1_000)
  const agent: Agent = {
    id: 'big',
    title: 'big',
    async *run(_, { signal }) {
      yield { type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant' } as Event
      for (let n = 0; n < 600; n++) yield { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta } as Event
      await sleep(server.clock, 500, signal)
      yield { type: 'TEXT_MESSAGE_END', messageId: 'm' } as Event
    },
  }
  const server = await createTestServer({
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
  await server.engine.start()
  await server.ask('a', 'big')
  await server.pass(5_000, 100)
  expect(await server.run('a')).toMatchObject({ status: 'running' })
  open()
  await server.pass(6_000, 100)
  expect(await server.run('a')).toMatchObject({ status: 'succeeded' })
})

it('I10 a run that has ended leaves no timer behind', async () => {
  const server = await createTestServer({ times })
  await server.engine.start()
  await server.settle()
  const before = server.clock.waiting
  await server.ask('a', 'demo', { tokens: 3, intervalMs: 1 })
  await server.pass(100)
  expect(await server.run('a')).toMatchObject({ status: 'succeeded' })
  expect(server.clock.waiting).toBe(before)
})

it('I10 waiting runs share one timer, and each expires at its own deadline', () => {
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
