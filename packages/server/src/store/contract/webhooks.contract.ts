/** Contract: webhooks of rooms, and their pending deliveries. */
import { expect, it } from 'vitest'
import { MAX_DEAD, MAX_WEBHOOKS } from '../decide/webhooks.ts'
import type { Delivery } from '../port.ts'
import {
  ALICE,
  asking,
  CANCELLED,
  EVE,
  EVES_ROOM,
  ending,
  type InWorld,
  OTHER_ROOM,
  ROOM,
  START,
  SUCCEEDED,
  THREAD,
  type World,
} from './world.ts'

const INTERRUPTED = { type: 'interrupted', interrupts: [{ id: 'i-1', reason: 'question' }] } as const
const DAY_MS = 24 * 60 * 60 * 1_000
const hook = (n = 1) => ({ webhookId: `w-${n}`, url: `https://hook.example/${n}`, secret: 'whsec_c2VjcmV0' })
const W1 = { roomId: ROOM.roomId, webhookId: 'w-1' }

const create = ({ store }: World, n = 1, roomId = ROOM.roomId) => store.webhooks.create(ALICE, roomId, hook(n))

async function dueNow({ store }: World, except: readonly string[] = []): Promise<readonly Delivery[]> {
  return (await store.webhooks.due(100, except)).deliveries
}

async function dead({ store }: World, limit = 200) {
  const page = await store.webhooks.deliveries(ALICE, W1, { limit, status: 'dead' })
  if (page.type !== 'page') throw new Error(page.type)
  return page.items
}

export function webhooksContract(inWorld: InWorld): void {
  it(
    'a webhook is created once, listed without its secret, and removed with its pending deliveries',
    inWorld(async (world) => {
      const { store } = world
      const { secret, ...shown } = { ...hook(), roomId: ROOM.roomId, createdAt: new Date(START).toISOString() }
      expect(await create(world)).toEqual({ type: 'created', webhook: shown, secret })
      const again = await store.webhooks.create(ALICE, ROOM.roomId, { ...hook(), secret: 'another' })
      expect(again, 'a retried creation has the first secret').toEqual({ type: 'same', webhook: shown, secret })
      const other = { ...hook(), url: 'https://elsewhere.example/' }
      expect(await store.webhooks.create(ALICE, ROOM.roomId, other)).toEqual({ type: 'conflict' })
      expect(await store.webhooks.list(ALICE, ROOM.roomId)).toEqual({ type: 'webhooks', webhooks: [shown] })
      expect(await store.webhooks.list(EVE, ROOM.roomId)).toEqual({ type: 'not_found' })
      await world.ended('r-1')
      expect(await dueNow(world)).toHaveLength(1)
      for (const _ of [1, 2]) {
        expect(await store.webhooks.remove(ALICE, ROOM.roomId, 'w-1')).toEqual({ type: 'gone' })
      }
      expect(await dueNow(world)).toEqual([])
      expect(await store.webhooks.remove(EVE, ROOM.roomId, 'w-1')).toEqual({ type: 'not_found' })
    }),
  )

  it(
    'a room has ten webhooks at most',
    inWorld(async (world) => {
      for (let n = 1; n <= MAX_WEBHOOKS; n++) expect(await create(world, n)).toMatchObject({ type: 'created' })
      expect(await create(world, MAX_WEBHOOKS + 1)).toEqual({ type: 'too_many' })
      expect(await create(world, MAX_WEBHOOKS)).toMatchObject({ type: 'same' })
      expect(await create(world, 1, OTHER_ROOM.roomId)).toMatchObject({ type: 'created' })
    }),
  )

  it(
    'each end of a run waits for each webhook of its room, in the same transaction, as a kind and ids',
    inWorld(async (world) => {
      const { store } = world
      for (const n of [1, 2]) await create(world, n)
      await create(world, 3, OTHER_ROOM.roomId)
      await world.ended('r-1')
      await world.ended('r-2', INTERRUPTED, { ...THREAD, threadId: 'asks' })
      const stopped = await world.running('r-3', { ...THREAD, threadId: 'stopped' })
      await store.runs.cancelRun(ALICE, stopped.lease, 'r-3')
      await store.work.end(stopped.lease, ending(stopped.lease, CANCELLED))
      await world.reopen()
      const due = await dueNow(world)
      expect(due.map(({ url }) => url)).toEqual(
        Array(3).fill(['https://hook.example/1', 'https://hook.example/2']).flat(),
      )
      expect(new Set(due.map(({ deliveryId }) => deliveryId)).size).toBe(6)
      const data = (kind: string, threadId: string, runId: string) => ({ kind, roomId: ROOM.roomId, threadId, runId })
      const timestamp = new Date(START).toISOString()
      expect([0, 2, 4].map((n) => JSON.parse(due[n]?.body ?? ''))).toEqual([
        { type: 'run.ended', timestamp, data: data('succeeded', THREAD.threadId, 'r-1') },
        { type: 'run.needs_you', timestamp, data: data('interrupted', 'asks', 'r-2') },
        { type: 'run.ended', timestamp, data: data('cancelled', 'stopped', 'r-3') },
      ])
      expect(world.notices.some(({ type }) => type === 'webhook.due')).toBe(true)
    }),
  )

  it(
    'what was delivered is gone, and what is on its way is not answered again',
    inWorld(async (world) => {
      const { store } = world
      await create(world)
      for (const n of [1, 2]) await world.ended(`r-${n}`, SUCCEEDED, { ...THREAD, threadId: `t-${n}` })
      const [first, second] = await dueNow(world)
      if (!first || !second) throw new Error('Two were to be due.')
      expect(await dueNow(world, [first.deliveryId])).toEqual([second])
      expect(await store.webhooks.due(1, [])).toMatchObject({ deliveries: [first], nextInMs: 0 })
      for (const _ of [1, 2]) await store.webhooks.settle(first.deliveryId, 'delivered')
      expect(await store.webhooks.due(100, [])).toEqual({ deliveries: [second] })
    }),
  )

  it(
    'where nothing answered, what else is due for that webhook lets others go first, and loses nothing',
    inWorld(async (world) => {
      const { store } = world
      await create(world, 1)
      await create(world, 2, OTHER_ROOM.roomId)
      for (const n of [1, 2, 3]) await world.ended(`r-${n}`, SUCCEEDED, { ...THREAD, threadId: `t-${n}` })
      await world.ended('r-4', SUCCEEDED, { roomId: OTHER_ROOM.roomId, threadId: 'other' })
      const all = await dueNow(world)
      expect(all.map(({ url }) => url.at(-1))).toEqual(['1', '1', '1', '2'])
      await store.webhooks.settle(all[0]?.deliveryId ?? '', { failed: 'TimeoutError', silent: true })
      expect(await dueNow(world)).toEqual(all.slice(3))
      world.advance(5_000)
      expect(new Set(await dueNow(world))).toEqual(new Set(all))
    }),
  )

  it(
    'a failed delivery is tried for a day, further and further apart, and is then dead, until a person retries it',
    inWorld(async (world) => {
      const { store } = world
      await create(world)
      await store.webhooks.create(EVE, EVES_ROOM.roomId, hook())
      await world.ended('r-1')
      const [first] = await dueNow(world)
      if (!first) throw new Error('One was to be due.')
      const waits: number[] = []
      for (;;) {
        await store.webhooks.settle(first.deliveryId, { failed: 'status 500' })
        const { nextInMs, deliveries } = await store.webhooks.due(100, [])
        expect(deliveries).toEqual([])
        if (nextInMs === undefined) break
        waits.push(nextInMs)
        world.advance(nextInMs)
        expect(await dueNow(world)).toEqual([first])
      }
      expect(waits).toEqual(waits.toSorted((a, b) => a - b))
      const total = waits.reduce((sum, wait) => sum + wait, 0)
      expect(total).toBeLessThanOrEqual(DAY_MS)
      expect(total).toBeGreaterThan(DAY_MS * 0.9)
      const [gone] = await dead(world)
      expect(gone).toMatchObject({
        deliveryId: first.deliveryId,
        runId: 'r-1',
        status: 'dead',
        reason: 'status 500',
        attempts: waits.length + 1,
      })
      const again = await store.webhooks.retry(ALICE, W1, first.deliveryId)
      expect(again).toMatchObject({ type: 'delivery', delivery: { status: 'waiting', attempts: 0 } })
      expect(await dueNow(world)).toEqual([first])
      expect(await dead(world)).toEqual([])
      for (const [who, at, id] of [
        [EVE, W1, first.deliveryId],
        [EVE, { roomId: EVES_ROOM.roomId, webhookId: 'w-1' }, first.deliveryId],
        [ALICE, { ...W1, webhookId: 'w-2' }, first.deliveryId],
        [ALICE, W1, 'unknown'],
      ] as const) {
        expect(await store.webhooks.retry(who, at, id)).toEqual({ type: 'not_found' })
      }
    }),
  )

  it(
    'a receiver that is gone for good is not tried again',
    inWorld(async (world) => {
      await create(world)
      await world.ended('r-1')
      const [first] = await dueNow(world)
      await world.store.webhooks.settle(first?.deliveryId ?? '', { failed: 'status 410', refused: true })
      expect(await world.store.webhooks.due(100, [])).toEqual({ deliveries: [] })
      expect(await dead(world)).toMatchObject([{ status: 'dead', attempts: 1 }])
    }),
  )

  it(
    'I8 a deleted thread or room takes its deliveries with it, and a room its webhooks',
    inWorld(async (world) => {
      const { store } = world
      await create(world)
      await world.ended('r-1')
      await world.ended('r-2', SUCCEEDED, { ...THREAD, threadId: 't-2' })
      await store.threads.delete(ALICE, THREAD, false)
      expect((await dueNow(world)).map(({ body }) => JSON.parse(body).data.runId)).toEqual(['r-2'])
      await store.runs.start(ALICE, { ...THREAD, threadId: 't-3' }, asking('r-3'))
      await store.rooms.delete(ALICE, ROOM.roomId, true)
      expect(await store.webhooks.due(100, [])).toEqual({ deliveries: [] })
      expect(await store.webhooks.list(ALICE, ROOM.roomId)).toEqual({ type: 'deleted' })
    }),
  )

  it(
    'the dead deliveries are listed newest first in pages, and the newest 200 are kept',
    inWorld(async (world) => {
      const { store } = world
      await create(world)
      const runs = Array.from({ length: MAX_DEAD + 1 }, (_, n) => ({ runId: `r-${n}`, threadId: `t-${n}` }))
      await Promise.all(
        runs.map(({ runId, threadId }) => store.runs.start(ALICE, { ...THREAD, threadId }, asking(runId))),
      )
      const claims = await store.work.claim({ workerId: 'w', limit: runs.length, leaseMs: 60_000 })
      await Promise.all(claims.map(({ lease }) => store.work.end(lease, ending(lease, SUCCEEDED))))
      const { deliveries } = await store.webhooks.due(runs.length, [])
      const refused = { failed: 'status 410', refused: true } as const
      await Promise.all(deliveries.map(({ deliveryId }) => store.webhooks.settle(deliveryId, refused)))
      const listed: string[] = []
      for (let before: string | undefined; ; ) {
        const page = await store.webhooks.deliveries(ALICE, W1, { limit: 200, ...(before && { before }) })
        if (page.type !== 'page') throw new Error(page.type)
        listed.push(...page.items.map(({ runId }) => runId))
        before = page.next
        if (before === undefined) break
      }
      const ended = claims.map(({ run }) => run.runId)
      expect(listed).toEqual(ended.toReversed().slice(0, MAX_DEAD))
      expect(await store.webhooks.deliveries(ALICE, W1, { limit: 1, before: 'x' })).toEqual({ type: 'invalid_cursor' })
    }),
  )
}
