import { createManualClock } from '@holdfast/core/testing'
import { expect, it } from 'vitest'
import { createInProcessBus } from '../bus/in-process-bus.ts'
import { asking, ending, SUCCEEDED } from '../store/contract/world.ts'
import { StoreFault } from '../store/fault.ts'
import { createMemoryStore } from '../store/memory/memory-store.ts'
import type { Delivery, Store } from '../store/port.ts'
import { LOCAL_PRINCIPAL as me } from '../store/principal.ts'
import { createDeliveryLoop, type WebhookLog } from './delivery-loop.ts'
import type { Sent } from './send.ts'

const DELIVERED: Sent = { type: 'delivered' }
const FAILED: Sent = { type: 'failed', reason: 'status 500' }

/** What the store answers comes in a few microtasks. */
async function settled(): Promise<void> {
  for (let n = 0; n < 100; n++) await Promise.resolve()
}

async function serverWith(
  answer: (delivery: Delivery) => Sent | Promise<Sent>,
  wrap = (store: Store) => store.webhooks,
) {
  const clock = createManualClock()
  const logged: WebhookLog[] = []
  const bus = createInProcessBus({ onListenerError: (error) => void logged.push({ type: 'webhook_fault', error }) })
  const store = createMemoryStore({ clock, publish: bus.publish })
  const sent: string[] = []
  await store.rooms.create(me, { roomId: 'r', title: 'R' })
  await store.webhooks.create(me, 'r', { webhookId: 'w', url: 'https://hook.example/', secret: 'whsec_' })
  const make = () =>
    createDeliveryLoop({
      store: wrap(store),
      bus,
      clock,
      log: (entry) => void logged.push(entry),
      async send(delivery) {
        sent.push(delivery.deliveryId)
        return answer(delivery)
      },
    })
  const loop = make()
  loop.start()
  await settled()
  return {
    clock,
    store,
    loop,
    make,
    sent,
    logged,
    async pass(ms: number) {
      for (let left = ms; left > 0; left -= 500) {
        clock.advance(Math.min(500, left))
        await settled()
      }
    },
    async end(...threads: string[]) {
      for (const threadId of threads) await store.runs.start(me, { roomId: 'r', threadId }, asking(`run-${threadId}`))
      const claims = await store.work.claim({ workerId: 'w', limit: 1_000, leaseMs: 60_000 })
      for (const { lease } of claims) await store.work.end(lease, ending(lease, SUCCEEDED))
      await settled()
    },
  }
}

it('delivers at once, once each, and an idle server has no timer', async () => {
  const { end, sent, logged, clock, pass } = await serverWith(() => DELIVERED)
  await end('a', 'b')
  expect(new Set(sent).size).toBe(2)
  expect(logged.map(({ type }) => type)).toEqual(['webhook_delivered', 'webhook_delivered'])
  await pass(60_000)
  expect(sent).toHaveLength(2)
  expect(clock.waiting).toBe(0)
})

it('tries a failed delivery again later, and a retry by a person at once', async () => {
  const answers = [FAILED, FAILED, DELIVERED]
  const { end, sent, pass, store } = await serverWith(() => answers.shift() ?? DELIVERED)
  await end('a')
  expect(sent).toHaveLength(1)
  await pass(4_500)
  expect(sent).toHaveLength(1)
  await pass(500)
  expect(sent).toHaveLength(2)
  await store.webhooks.retry(me, { roomId: 'r', webhookId: 'w' }, sent[0] ?? '')
  await settled()
  expect(sent).toEqual(Array(3).fill(sent[0]))
})

it('a crash in the middle repeats a delivery, and it is the same one', async () => {
  let answer: Sent | Promise<Sent> = new Promise(() => {})
  const { end, sent, make, pass } = await serverWith(() => answer)
  await end('a')
  await pass(120_000)
  expect(sent, 'not sent twice at once').toHaveLength(1)
  answer = DELIVERED
  make().start()
  await settled()
  expect(sent).toEqual([sent[0], sent[0]])
})

it('32 deliveries are on their way at most, and the end of one lets the next begin', async () => {
  const waiting: ((sent: Sent) => void)[] = []
  const { end, sent } = await serverWith(() => new Promise((resolve) => void waiting.push(resolve)))
  await end(...Array.from({ length: 40 }, (_, n) => `t${n}`))
  expect(sent).toHaveLength(32)
  waiting[0]?.(DELIVERED)
  await settled()
  expect(sent).toHaveLength(33)
})

it('a receiver that answers nothing holds up others for one time-out at most, however much waits for it', async () => {
  const TIMEOUT_MS = 15_000
  const hung: (() => void)[] = []
  const { end, pass, store, sent } = await serverWith(({ url }) => {
    if (url === 'https://good.example/') return DELIVERED
    return new Promise((resolve) => hung.push(() => resolve({ type: 'failed', reason: 'TimeoutError', silent: true })))
  })
  await end(...Array.from({ length: 100 }, (_, n) => `t-${n}`))
  expect(sent).toHaveLength(32)
  await store.rooms.create(me, { roomId: 'other', title: 'Other' })
  await store.webhooks.create(me, 'other', { webhookId: 'good', url: 'https://good.example/', secret: 'whsec_' })
  await store.runs.start(me, { roomId: 'other', threadId: 't' }, asking('run'))
  await end()
  await pass(TIMEOUT_MS)
  for (const timeOut of hung.splice(0)) timeOut()
  await settled()
  expect(sent).toHaveLength(33)
  expect(await store.webhooks.deliveries(me, { roomId: 'other', webhookId: 'good' }, { limit: 9 })).toMatchObject({
    items: [],
  })
  await pass(5_000)
  expect(sent.length, 'and what is due for it goes on').toBe(33 + 32)
})

it('a fault of the store is logged and tried again after a while, not at once; a closed loop sends nothing', async () => {
  let faults = 3
  const failing = (store: Store): Store['webhooks'] => ({
    ...store.webhooks,
    settle(...asked) {
      if (faults-- > 0) return Promise.reject(new StoreFault('storage_failed', 'The disk failed.'))
      return store.webhooks.settle(...asked)
    },
  })
  const { end, sent, logged, pass, loop, clock } = await serverWith(() => DELIVERED, failing)
  await end('a')
  expect(sent).toHaveLength(1)
  await pass(15_000)
  expect(sent).toHaveLength(4)
  expect(logged.map(({ type }) => type)).toEqual([...Array(3).fill('webhook_fault'), 'webhook_delivered'])
  await loop.close()
  await end('b')
  await pass(60_000)
  expect(sent).toHaveLength(4)
  expect(clock.waiting).toBe(0)
})
