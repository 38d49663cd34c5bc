/** The model agent under the real engine, against a provider in a process of its own. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createHouse, expectLegalEnd } from '../../engine/testing/house.ts'
import { LOCAL_PRINCIPAL } from '../../store/principal.ts'
import { type Endpoint, spawnEndpoint } from '../../testing/spawn-endpoint.ts'
import { createModelAgent } from './index.ts'

let endpoint: Endpoint
beforeAll(async () => {
  endpoint = await spawnEndpoint()
})
afterAll(() => endpoint.close())

async function houseWith(model: string, titleModel?: string) {
  // A short wait ends at once; nothing here is to be given up.
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
  const house = await createHouse({
    agents: [createModelAgent({ baseUrl: endpoint.url, model, clock, ...(titleModel && { titleModel }) })],
  })
  await house.engine.start()
  await house.ask('a', 'model')
  return {
    ...house,
    until: (condition: () => Promise<void>) =>
      vi.waitFor(async () => {
        await house.pass(20)
        await condition()
      }),
  }
}

it('an answer is in the log whole, with what it cost, though nobody was looking', async () => {
  const house = await houseWith('reasoning')
  await house.until(async () => expect(await house.run('a')).toMatchObject({ status: 'succeeded' }))
  expect(await house.text('a')).toBe('Hello, wörld 🦀!Bye.')
  expect(await house.run('a')).toMatchObject({ usage: [{ model: 'reasoning', inputTokens: 7, outputTokens: 5 }] })
})

it('a conversation is named by the model that is set for it, in a call of its own', async () => {
  const house = await houseWith('reasoning', 'text')
  await house.until(async () =>
    expect(await house.store.threads.list(LOCAL_PRINCIPAL, 'default', { limit: 1 })).toMatchObject({
      items: [{ title: 'Hello, wörld 🦀!', status: 'idle' }],
    }),
  )
})

it('G6 cancelling the run closes the socket to the provider and keeps what it said', async () => {
  const house = await houseWith('stalled-after')
  await house.until(async () => expect(await house.text('a')).toBe('Hello, wörld 🦀!'))
  await house.cancel('a')
  await house.until(async () => expect(await house.run('a')).toMatchObject({ status: 'cancelled' }))
  await vi.waitFor(async () =>
    expect(await endpoint.requests()).toContainEqual(expect.objectContaining({ closedBy: 'asker' })),
  )
  expect(await house.text('a')).toBe('Hello, wörld 🦀!')
})

it('S000-57 a truncated answer is a failed run with its partial text, never a success', async () => {
  const house = await houseWith('truncated')
  await house.until(async () => expect(await house.run('a')).toMatchObject({ status: 'failed' }))
  expect(await house.text('a')).toBe('Hello, wörld 🦀!')
  expectLegalEnd(await house.envelopes('a'), { type: 'failed', code: 'model_bad_response' })
})

it('a wait for the provider is in the log before the answer, and is no part of the conversation', async () => {
  const house = await houseWith('refuse-429-0-1')
  await house.until(async () => expect(await house.run('a')).toMatchObject({ status: 'succeeded' }))
  const types = (await house.envelopes('a')).map(({ event }) => event.type)
  expect(types.indexOf('CUSTOM' as never)).toBeGreaterThan(types.indexOf('RUN_STARTED' as never))
  expect(types.indexOf('CUSTOM' as never)).toBeLessThan(types.indexOf('TEXT_MESSAGE_START' as never))
  const snapshot = await house.store.threads.snapshot(LOCAL_PRINCIPAL, house.key('a'))
  const roles = snapshot.type === 'snapshot' && snapshot.view.messages.map(({ role }) => role)
  expect(roles).toEqual(['user', 'assistant'])
})
