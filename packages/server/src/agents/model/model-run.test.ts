/** The model agent under the real engine, against a provider in its own process. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createTestServer, expectLegalEnd } from '../../engine/testing/test-server.ts'
import { LOCAL_PRINCIPAL } from '../../store/principal.ts'
import { type Endpoint, spawnEndpoint } from '../../testing/spawn-endpoint.ts'
import { createModelAgent } from './index.ts'

let endpoint: Endpoint
beforeAll(async () => {
  endpoint = await spawnEndpoint()
})
afterAll(() => endpoint.close())

async function serverWith(model: string, titleModel?: string) {
  // Short waits end at once, so that nothing is given up.
  let now = 0
  const clock = {
    now: () => now,
    schedule: (ms: number, run: () => void) => {
      if (ms < 1_000)
        queueMicrotask(() => {
          now += ms
          run()
        })
      return () => {}
    },
  }
  const server = await createTestServer({
    agents: [createModelAgent({ baseUrl: endpoint.url, model, clock, ...(titleModel && { titleModel }) })],
  })
  await server.engine.start()
  await server.ask('a', 'model')
  return {
    ...server,
    until: (condition: () => Promise<void>) =>
      vi.waitFor(async () => {
        await server.pass(20)
        await condition()
      }),
  }
}

it('an answer is complete in the log, with its usage, without any observer', async () => {
  const server = await serverWith('reasoning')
  await server.until(async () => expect(await server.run('a')).toMatchObject({ status: 'succeeded' }))
  expect(await server.text('a')).toBe('Hello, wörld 🦀!Bye.')
  expect(await server.run('a')).toMatchObject({ usage: [{ model: 'reasoning', inputTokens: 7, outputTokens: 5 }] })
})

it('a conversation is titled by the model configured for that, in a separate call', async () => {
  const server = await serverWith('reasoning', 'text')
  await server.until(async () =>
    expect(await server.store.threads.list(LOCAL_PRINCIPAL, 'default', { limit: 1 })).toMatchObject({
      items: [{ title: 'Hello, wörld 🦀!', status: 'idle' }],
    }),
  )
})

it('G6 cancelling the run closes the provider’s socket and keeps the partial text', async () => {
  const server = await serverWith('stalled-after')
  await server.until(async () => expect(await server.text('a')).toBe('Hello, wörld 🦀!'))
  await server.cancel('a')
  await server.until(async () => expect(await server.run('a')).toMatchObject({ status: 'cancelled' }))
  await vi.waitFor(async () =>
    expect(await endpoint.requests()).toContainEqual(expect.objectContaining({ closedBy: 'asker' })),
  )
  expect(await server.text('a')).toBe('Hello, wörld 🦀!')
})

it('S000-57 a truncated answer is a failed run with its partial text, never a success', async () => {
  const server = await serverWith('truncated')
  await server.until(async () => expect(await server.run('a')).toMatchObject({ status: 'failed' }))
  expect(await server.text('a')).toBe('Hello, wörld 🦀!')
  expectLegalEnd(await server.envelopes('a'), { type: 'failed', code: 'model_bad_response' })
})

it('a wait for the provider is in the log before the answer, and not part of the conversation', async () => {
  const server = await serverWith('refuse-429-0-1')
  await server.until(async () => expect(await server.run('a')).toMatchObject({ status: 'succeeded' }))
  const types = (await server.envelopes('a')).map(({ event }) => event.type)
  expect(types.indexOf('CUSTOM' as never)).toBeGreaterThan(types.indexOf('RUN_STARTED' as never))
  expect(types.indexOf('CUSTOM' as never)).toBeLessThan(types.indexOf('TEXT_MESSAGE_START' as never))
  const snapshot = await server.store.threads.snapshot(LOCAL_PRINCIPAL, server.key('a'))
  const roles = snapshot.type === 'snapshot' && snapshot.view.messages.map(({ role }) => role)
  expect(roles).toEqual(['user', 'assistant'])
})
