import { expect, it } from 'vitest'
import type { Agent } from '../agents/port.ts'
import { LOCAL_PRINCIPAL as me } from '../store/principal.ts'
import { createPuppet, createTestServer } from './testing/test-server.ts'

/** An agent that sends one word and finds titles as the test tells it. */
async function serverOf(entitle: NonNullable<Agent['entitle']>) {
  const { agent, calls } = createPuppet('namer')
  const asked: string[] = []
  const server = await createTestServer({
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
  await server.engine.start()
  return {
    ...server,
    asked,
    async answer(threadId: string, runId = threadId, end: 'finish' | 'fail' = 'finish') {
      await server.askAs(threadId, runId, 'reject', 'namer', undefined, undefined, 'How do tides work?\nIn detail.')
      await server.settle()
      const call = calls.at(-1)
      call?.text('So.')
      if (end === 'finish') call?.finish()
      else call?.fail(new Error('no'))
      await server.pass(100)
    },
    async line(threadId: string) {
      const page = await server.store.threads.list(me, 'default', { limit: 10 })
      if (page.type !== 'page') throw new Error(page.type)
      return page.items.find((item) => item.threadId === threadId)
    },
  }
}

it('a thread has its first line as title at once, and its agent’s title after the first answer, and is never busy for that', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const server = await serverOf(() => promise)
  await server.answer('a')
  expect(await server.line('a')).toMatchObject({ title: 'How do tides work?', status: 'idle' })
  resolve('  "Tides,\u202e explained"\nand more words  ')
  await server.settle()
  expect(await server.line('a')).toMatchObject({ title: 'Tides, explained', status: 'idle' })
  expect((await server.envelopes('a')).at(-1)?.event).toEqual({ type: 'thread.changed', title: 'Tides, explained' })
})

it('the agent’s signal aborts once naming is over, so that nothing keeps waiting on it', async () => {
  const signals: AbortSignal[] = []
  const server = await serverOf(async (_messages, signal) => {
    signals.push(signal)
    return 'Tides'
  })
  await server.answer('a')
  await server.settle()
  expect(await server.line('a')).toMatchObject({ title: 'Tides' })
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
})

it('a title that a person gave in the meantime stays', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const server = await serverOf(() => promise)
  await server.answer('a')
  await server.store.threads.change(me, server.key('a'), { title: 'Mine' })
  resolve('Tides')
  await server.settle()
  expect(await server.line('a')).toMatchObject({ title: 'Mine' })
})

it('only the first answer asks for a title, and only if it succeeded', async () => {
  const server = await serverOf(async () => undefined)
  await server.answer('a')
  await server.answer('a', 'again')
  await server.answer('b', 'b', 'fail')
  expect(server.asked).toEqual(['a-q'])
})

it('a failure to find a title leaves the thread as it is, and is only logged', async () => {
  const server = await serverOf(() => Promise.reject(new Error('no name')))
  await server.answer('a')
  expect(await server.line('a')).toMatchObject({ title: 'How do tides work?', status: 'idle' })
  expect(server.log).toEqual([expect.objectContaining({ type: 'thread_not_named' })])
})

it('a title that does not arrive is given up after a while, and on close', async () => {
  const signals: AbortSignal[] = []
  const server = await serverOf((_, signal) => {
    signals.push(signal)
    return new Promise(() => {})
  })
  await server.answer('a')
  await server.pass(31_000, 1_000)
  expect(signals[0]?.aborted).toBe(true)
  await server.answer('b')
  expect(signals[1]?.aborted).toBe(false)
  await server.engine.close()
  expect(signals[1]?.aborted).toBe(true)
})
