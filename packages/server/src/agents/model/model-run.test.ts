/** The model agent under the real engine, against a provider in a process of its own. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createHouse, expectLegalEnd } from '../../engine/testing/house.ts'
import { type Endpoint, spawnEndpoint } from '../../testing/spawn-endpoint.ts'
import { createModelAgent } from './index.ts'

let endpoint: Endpoint
beforeAll(async () => {
  endpoint = await spawnEndpoint()
})
afterAll(() => endpoint.close())

async function houseWith(model: string) {
  const clock = { now: () => 0, schedule: () => () => {} }
  const house = await createHouse({ agents: [createModelAgent({ baseUrl: endpoint.url, model, clock })] })
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
