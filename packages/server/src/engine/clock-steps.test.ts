/**
 * The wall clock is set hours forwards or back while runs execute. The engine's clock never steps
 * (process/system-clock.ts). The store's follows the wall clock, but never backwards.
 */
import { expect, it } from 'vitest'
import { createCatalogue } from '../agents/catalogue.ts'
import { createDemoAgent } from '../agents/demo/demo-agent.ts'
import { createInProcessBus } from '../bus/in-process-bus.ts'
import { systemClock } from '../process/system-clock.ts'
import { createMemoryStore } from '../store/memory/memory-store.ts'
import { LOCAL_PRINCIPAL as me } from '../store/principal.ts'
import { createEngine } from './engine.ts'
import { createTestServer } from './testing/test-server.ts'

const HOUR = 3_600_000

it.each([
  ['forwards', 5 * HOUR],
  ['back', -5 * HOUR],
])('a step %s costs no run its lease, makes no storm of timers, and `at` never runs backwards', async (_, step) => {
  // The engine's clock and the wall clock differ. The store uses the wall clock.
  const server = await createTestServer()
  const bus = createInProcessBus({
    onListenerError(error) {
      throw error
    },
  })
  let stepped = 0
  const store = createMemoryStore({
    clock: { now: () => server.clock.now() + stepped },
    publish: bus.publish,
  })
  await store.rooms.create(me, { roomId: 'default', title: 'Default', agentId: 'demo' })
  let calls = 0
  const renew: typeof store.work.renew = (...given) => {
    calls++
    return store.work.renew(...given)
  }
  const engine = createEngine({
    store: { work: { ...store.work, renew }, log: store.log, threads: store.threads },
    bus,
    catalogue: createCatalogue([createDemoAgent({ clock: server.clock })], 'demo'),
    clock: server.clock,
    workerId: 'w',
    exclusive: true,
    random: () => 0,
  })
  await engine.start()
  const request = {
    runId: 'r',
    messages: [{ id: 'q', role: 'user', content: 'Hi' } as const],
    agentId: 'demo',
    onBusy: 'reject' as const,
    tools: [],
    context: [],
    forwardedProps: { script: { tokens: 400, intervalMs: 100 } },
  }
  const key = { roomId: 'default', threadId: 't' }
  await store.runs.start(me, key, request)
  await server.pass(10_000, 100)
  const timers = server.clock.waiting
  stepped = step
  await server.pass(10_000, 100)
  expect(server.clock.waiting).toBe(timers)
  // Two lease renewals in ten seconds, as usual.
  expect(calls).toBeLessThanOrEqual(5)
  stepped = 0
  await server.pass(25_000, 100)
  expect(await store.runs.get(me, key, 'r')).toMatchObject({ run: { status: 'succeeded' } })

  const chunk = await store.log.read(me, key, { after: 0, maxBytes: 1e9, maxRecords: 1e9 })
  if (chunk.type !== 'chunk') throw new Error(chunk.type)
  const times = [...new TextDecoder().decode(chunk.frames).matchAll(/"at":"([^"]+)"/g)].map(([, at]) => at)
  expect(times.length).toBeGreaterThan(300)
  expect(times).toEqual(times.toSorted())
  await engine.close()
})

it('the process’s own clock does not follow the wall clock', () => {
  const { now } = Date
  try {
    const before = systemClock.now()
    Date.now = () => now() + 5 * HOUR
    expect(systemClock.now() - before).toBeLessThan(HOUR)
  } finally {
    Date.now = now
  }
})
