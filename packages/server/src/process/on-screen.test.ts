/**
 * The thread on screen is served first when a provider limits calls: a page reports over HTTP what it shows, a provider
 * in its own process refuses, and the engine executes the waiting runs.
 */
import type { PresenceBody } from '@holdfast/core'
import { createManualClock } from '@holdfast/core/testing'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createCatalogue } from '../agents/catalogue.ts'
import { createModelAgent } from '../agents/model/index.ts'
import { createTestServer } from '../engine/testing/test-server.ts'
import { createFeed } from '../feed/feed.ts'
import { createApp } from '../http/app.ts'
import { createInProcessPresence } from '../presence/in-process-presence.ts'
import { type Endpoint, spawnEndpoint } from '../testing/spawn-endpoint.ts'

let endpoint: Endpoint
beforeAll(async () => {
  endpoint = await spawnEndpoint()
})
afterAll(() => endpoint.close())

async function serverWith(model: string) {
  const clock = createManualClock()
  const presence = createInProcessPresence({ clock })
  const agent = createModelAgent({ baseUrl: endpoint.url, model, clock })
  const server = await createTestServer({ agents: [agent], attention: presence.attention })
  const { store, bus } = server
  const app = createApp({
    store,
    feed: createFeed({ log: store.log, inbox: store.inbox, bus, clock: server.clock, onFault() {} }),
    presence,
    agents: createCatalogue([agent], 'model'),
    clock: server.clock,
    phase: () => 'ready',
    report() {},
    mintId: () => 'minted',
  })
  await server.engine.start()
  const until = (condition: () => Promise<void>) =>
    vi.waitFor(async () => {
      await server.pass(20)
      await condition()
    })
  return {
    ...server,
    /** The clock of waits for the provider, and of presence. */
    clock,
    ask: (thread: string) => server.ask(thread, 'model', undefined, undefined, thread),
    async show(body: PresenceBody) {
      const headers = { 'Content-Type': 'application/json' }
      const answer = await app.request('/v1/presence', { method: 'PUT', headers, body: JSON.stringify(body) })
      expect(answer.status).toBe(204)
    },
    waits: (thread: string, times: number) =>
      until(async () => {
        const events = (await server.envelopes(thread)).map(({ event }) => event)
        expect(events.filter((event) => event.type === 'CUSTOM')).toHaveLength(times)
      }),
    succeeds: (thread: string) =>
      until(async () => expect(await server.run(thread)).toMatchObject({ status: 'succeeded' })),
    asked: async () =>
      (await endpoint.requests()).filter((one) => one.model === model).map(({ messages }) => messages.at(-1)?.content),
  }
}

it('of many runs that a provider refuses, the one on screen goes first, although it was started last', async () => {
  const { key, ask, show, waits, succeeds, asked, clock, run } = await serverWith('refuse-429-20-2')
  const before = ['t1', 't2', 't3', 't4', 't5', 't6']
  for (const thread of before) {
    await ask(thread)
    await waits(thread, 1)
  }
  await ask('elsewhere')
  await waits('elsewhere', 1)
  await show({ deviceId: 'phone', state: 'visible', thread: key('elsewhere') })
  // A page shows a new thread before it exists.
  await show({ deviceId: 'desk', state: 'focused', thread: key('on-screen') })
  await ask('on-screen')
  await waits('on-screen', 1)
  expect(await asked()).toEqual(['t1'])

  // It goes first and is refused, so all keep waiting. Meanwhile the person comes back, and the phone is put away.
  clock.advance(20_000)
  await waits('on-screen', 2)
  await waits('t1', 2)
  expect(await asked()).toEqual(['t1', 'on-screen'])
  clock.advance(15_000)
  await show({ deviceId: 'desk', state: 'focused', thread: key('on-screen') })
  await show({ deviceId: 'phone', state: 'hidden' })

  clock.advance(5_000)
  await succeeds('on-screen')
  for (const thread of [...before, 'elsewhere']) await succeeds(thread)
  const order = await asked()
  expect(order.slice(0, 3)).toEqual(['t1', 'on-screen', 'on-screen'])
  expect(order.slice(3, 5).toSorted()).toEqual(['t1', 't2'])
  expect(order.slice(5).toSorted()).toEqual(['elsewhere', 't3', 't4', 't5', 't6'])
  expect(await run('on-screen')).toMatchObject({ status: 'succeeded' })
})

it('G5 a run that is no longer looked at is served in order of arrival, and loses nothing', async () => {
  const { key, ask, show, waits, succeeds, asked, clock } = await serverWith('refuse-429-40-1')
  await ask('a')
  await waits('a', 1)
  await ask('b')
  await waits('b', 1)
  await show({ deviceId: 'desk', state: 'focused', thread: key('b') })
  // The page reports nothing more: its lease ends before the wait.
  clock.advance(40_000)
  for (const thread of ['a', 'b']) await succeeds(thread)
  expect(await asked()).toEqual(['a', 'a', 'b'])
})
