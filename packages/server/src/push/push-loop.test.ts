import type { Outcome, PushPayload } from '@holdfast/core'
import { createManualClock } from '@holdfast/core/testing'
import { expect, it } from 'vitest'
import { createInProcessBus } from '../bus/in-process-bus.ts'
import { asking, ending, SUCCEEDED } from '../store/contract/world.ts'
import { createMemoryStore } from '../store/memory/memory-store.ts'
import type { Store } from '../store/port.ts'
import { LOCAL_PRINCIPAL as me } from '../store/principal.ts'
import { createPushLoop, type PushLog, RECONNECT_MS } from './push-loop.ts'
import type { Delivery } from './send.ts'

const TAKEN: Delivery = { type: 'taken' }
const BUSY: Delivery = { type: 'later', reason: 'status 503' }

/** What the store answers comes in a few microtasks. */
async function settled(): Promise<void> {
  for (let n = 0; n < 50; n++) await Promise.resolve()
}

async function serverWith(answer: (endpoint: string) => Delivery | Promise<Delivery>) {
  const clock = createManualClock()
  const bus = createInProcessBus({ onListenerError: (error) => void logged.push({ type: 'push_fault', error }) })
  const store = createMemoryStore({ clock, publish: bus.publish })
  const logged: PushLog[] = []
  const sent: { readonly to: string; readonly payload: PushPayload }[] = []
  let windows = 0
  await store.rooms.create(me, { roomId: 'r', title: 'R' })
  const make = (of: Store['push'] = store.push) =>
    createPushLoop({
      store: of,
      bus,
      clock,
      windows: () => windows,
      random: () => 0,
      log: (entry) => void logged.push(entry),
      async send({ endpoint }, payload) {
        sent.push({ to: endpoint, payload })
        return answer(endpoint)
      },
    })
  const loop = make()
  await loop.start()
  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 500) {
      clock.advance(Math.min(500, left))
      await settled()
    }
  }
  await pass(RECONNECT_MS)
  return {
    clock,
    store,
    loop,
    make,
    sent,
    logged,
    pass,
    show: (count: number) => {
      windows = count
    },
    subscribe: (n: number) =>
      store.push.subscribe(me, { deviceId: `d${n}`, endpoint: `https://p/${n}`, keys: { p256dh: '', auth: '' } }),
    async end(threadId: string, outcome: Outcome = SUCCEEDED) {
      const key = { roomId: 'r', threadId }
      await store.runs.start(me, key, asking(`run-${threadId}`))
      const [claim] = await store.work.claim({ workerId: 'w', limit: 1, leaseMs: 60_000 })
      if (!claim) throw new Error('Nothing to claim.')
      await store.work.end(claim.lease, ending(claim.lease, outcome))
    },
  }
}

it('with no window open, what nobody claims is sent once after 5 s, to one device', async () => {
  const { subscribe, end, pass, sent, logged, clock } = await serverWith(() => TAKEN)
  for (const n of [1, 2]) await subscribe(n)
  for (const thread of ['a', 'b', 'c']) await end(thread)
  await pass(4_500)
  expect(sent).toEqual([])
  await pass(500)
  expect(sent).toMatchObject([
    { to: 'https://p/2', payload: { kind: 'finished', roomId: 'r', threadId: 'c', count: 3 } },
  ])
  await pass(120_000)
  expect(sent).toHaveLength(1)
  expect(logged).toEqual([{ type: 'push_sent', service: 'https://p', kind: 'finished', count: 3 }])
  expect(clock.waiting, 'an idle server has no timer').toBe(0)
})

it('a window of the person keeps pushes back, and one that goes away without a claim does not', async () => {
  const { subscribe, end, pass, show, sent } = await serverWith(() => TAKEN)
  await subscribe(1)
  show(1)
  await end('a')
  await pass(30_000)
  expect(sent).toEqual([])
  show(0)
  await pass(5_000)
  expect(sent).toHaveLength(1)
})

it('after a restart windows have time to report again, and then what was left is sent', async () => {
  const { subscribe, end, loop, make, pass, sent } = await serverWith(() => TAKEN)
  await subscribe(1)
  await end('a')
  await loop.close()
  await pass(60_000)
  expect(sent).toEqual([])
  await make().start()
  await end('b')
  await pass(RECONNECT_MS - 500)
  expect(sent).toEqual([])
  await pass(500)
  expect(sent).toMatchObject([{ payload: { count: 2 } }])
})

it('a process that ends while a push is on its way leaves it to the next one, which sends it again, once', async () => {
  let answer: Delivery | Promise<Delivery> = new Promise(() => {})
  const { subscribe, end, make, pass, sent, store } = await serverWith(() => answer)
  await subscribe(1)
  await end('a')
  await pass(5_000)
  expect(sent).toHaveLength(1)
  const noticeId = sent[0]?.payload.noticeId ?? ''
  expect(await store.notices.claim(me, noticeId, 'd'), 'it is decided').toEqual({ type: 'claimed' })
  answer = TAKEN
  // The first one never ends, as after SIGKILL.
  await make().start()
  await pass(60_000)
  expect(sent).toHaveLength(2)
  expect(sent[1]).toEqual(sent[0])
})

it('a subscription that is gone is dropped, and the next device gets the push', async () => {
  const gone: Delivery = { type: 'gone', status: 410 }
  const { subscribe, end, pass, sent, logged } = await serverWith((to) => (to === 'https://p/2' ? gone : TAKEN))
  for (const n of [1, 2]) await subscribe(n)
  await end('a')
  await pass(6_000)
  await end('b')
  await pass(6_000)
  expect(sent.map(({ to }) => to)).toEqual(['https://p/2', 'https://p/1', 'https://p/1'])
  expect(logged[0]).toEqual({ type: 'subscription_dropped', service: 'https://p', status: 410 })
})

it('a busy service is asked six times at most, further and further apart, and what it asks for is heeded', async () => {
  const { subscribe, end, pass, sent, logged, clock } = await serverWith(() => BUSY)
  await subscribe(1)
  await end('a')
  const times: number[] = []
  for (let seen = 0, waited = 0; waited < 3_600_000; waited += 500) {
    await pass(500)
    if (sent.length > seen) times.push(clock.now())
    seen = sent.length
  }
  const gaps = times.slice(1).map((time, n) => time - (times[n] ?? 0))
  expect(gaps).toEqual([1_000, 2_000, 4_000, 8_000, 16_000])
  expect(logged.at(-1)).toEqual({ type: 'push_given_up', count: 1 })
  expect(logged.filter((entry) => entry.type === 'push_refused').map(({ again }) => again)).toEqual([
    ...Array(5).fill(true),
    false,
  ])
})

it('a service says when to come back, five minutes later at most', async () => {
  const answers: Delivery[] = [{ ...BUSY, afterMs: 60_000 }, { ...BUSY, afterMs: 86_400_000 }, TAKEN]
  const { subscribe, end, pass, sent } = await serverWith(() => answers.shift() ?? TAKEN)
  await subscribe(1)
  await end('a')
  await pass(5_000)
  await pass(59_500)
  expect(sent).toHaveLength(1)
  await pass(500)
  expect(sent).toHaveLength(2)
  await pass(300_000)
  expect(sent).toHaveLength(3)
})

it('a fault of the store is logged and retried, and a lost store is not', async () => {
  const { StoreFault } = await import('../store/fault.ts')
  const { subscribe, end, loop, make, pass, sent, logged, store, clock } = await serverWith(() => TAKEN)
  await loop.close()
  await subscribe(1)
  let faults = 2
  const broken: Store['push'] = {
    ...store.push,
    next(...asked) {
      if (faults-- > 0) return Promise.reject(new StoreFault('storage_failed', 'The disk failed.'))
      return store.push.next(...asked)
    },
  }
  const failing = make(broken)
  await failing.start()
  await pass(RECONNECT_MS)
  await end('a')
  await pass(20_000)
  expect(sent).toHaveLength(1)
  expect(logged.filter(({ type }) => type === 'push_fault')).toHaveLength(2)
  await failing.close()
  await make({ ...store.push, next: () => Promise.reject(new StoreFault('storage_lost', 'Lost.')) }).start()
  await end('b')
  await pass(60_000)
  expect(clock.waiting).toBe(0)
})
