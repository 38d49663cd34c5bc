import { expect, it } from 'vitest'
import type { Agent } from '../agents/port.ts'
import { LOCAL_PRINCIPAL as me } from '../store/principal.ts'
import { createHouse, createPuppet } from './testing/house.ts'

/** An agent that says a word and finds names as the test tells it. */
async function houseOf(entitle: NonNullable<Agent['entitle']>) {
  const { agent, calls } = createPuppet('namer')
  const asked: string[] = []
  const house = await createHouse({
    agents: [
      {
        ...agent,
        entitle(messages, signal) {
          asked.push(messages.map(({ id }) => id).join())
          return entitle(messages, signal)
        },
      },
    ],
  })
  await house.engine.start()
  return {
    ...house,
    asked,
    async answer(threadId: string, runId = threadId, end: 'finish' | 'fail' = 'finish') {
      await house.askAs(threadId, runId, 'reject', 'namer', undefined, undefined, 'How do tides work?\nIn detail.')
      await house.settle()
      const call = calls.at(-1)
      call?.text('So.')
      if (end === 'finish') call?.finish()
      else call?.fail(new Error('no'))
      await house.pass(100)
    },
    async line(threadId: string) {
      const page = await house.store.threads.list(me, 'default', { limit: 10 })
      if (page.type !== 'page') throw new Error(page.type)
      return page.items.find((item) => item.threadId === threadId)
    },
  }
}

it('a thread is called by its first line at once, and by its agent’s name for it after the first answer, never busy', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const house = await houseOf(() => promise)
  await house.answer('a')
  expect(await house.line('a')).toMatchObject({ title: 'How do tides work?', status: 'idle' })
  resolve('  "Tides,\u202e explained"\nand more words  ')
  await house.settle()
  expect(await house.line('a')).toMatchObject({ title: 'Tides, explained', status: 'idle' })
  expect((await house.envelopes('a')).at(-1)?.event).toEqual({ type: 'thread.changed', title: 'Tides, explained' })
})

it('whoever was asked for a name is told that it is over, so that nothing waits for that any more', async () => {
  const signals: AbortSignal[] = []
  const house = await houseOf(async (_messages, signal) => {
    signals.push(signal)
    return 'Tides'
  })
  await house.answer('a')
  await house.settle()
  expect(await house.line('a')).toMatchObject({ title: 'Tides' })
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
})

it('a name that a person gave meanwhile stays', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const house = await houseOf(() => promise)
  await house.answer('a')
  await house.store.threads.change(me, house.key('a'), { title: 'Mine' })
  resolve('Tides')
  await house.settle()
  expect(await house.line('a')).toMatchObject({ title: 'Mine' })
})

it('only the first answer asks for a name, and only one that succeeded', async () => {
  const house = await houseOf(async () => undefined)
  await house.answer('a')
  await house.answer('a', 'again')
  await house.answer('b', 'b', 'fail')
  expect(house.asked).toEqual(['a-q'])
})

it('what goes wrong with a name leaves the thread as it is, and is only told to who runs the server', async () => {
  const house = await houseOf(() => Promise.reject(new Error('no name')))
  await house.answer('a')
  expect(await house.line('a')).toMatchObject({ title: 'How do tides work?', status: 'idle' })
  expect(house.log).toEqual([expect.objectContaining({ type: 'thread_not_named' })])
})

it('a name that does not come is given up after a while, and at the close', async () => {
  const signals: AbortSignal[] = []
  const house = await houseOf((_, signal) => {
    signals.push(signal)
    return new Promise(() => {})
  })
  await house.answer('a')
  await house.pass(31_000, 1_000)
  expect(signals[0]?.aborted).toBe(true)
  await house.answer('b')
  expect(signals[1]?.aborted).toBe(false)
  await house.engine.close()
  expect(signals[1]?.aborted).toBe(true)
})
