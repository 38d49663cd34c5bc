/** Contract: what nobody has claimed is sent as a push, once, and where it goes. */
import { expect, it } from 'vitest'
import { CLAIM_MS, MAX_SUBSCRIPTIONS } from '../decide/push.ts'
import type { NextPush } from '../port.ts'
import type { Principal } from '../principal.ts'
import { ALICE, BOB, FAILED, type InWorld, ROOM, START, SUCCEEDED, THREAD, type World } from './world.ts'

const INTERRUPTED = { type: 'interrupted', interrupts: [{ id: 'i-1', reason: 'question' }] } as const
const SETTINGS = {
  kinds: { finished: true, failed: true, needsYou: true, stopped: true },
  needsYouBreaksThrough: false,
}
const KEYS = { p256dh: 'point', auth: 'secret' }
const NONE = { type: 'none' }

const subscribe = ({ store }: World, n = 1, principal: Principal = ALICE) =>
  store.push.subscribe(principal, { deviceId: `d-${n}`, endpoint: `https://push.example/${n}`, keys: KEYS })
const next = ({ store }: World, windows = 0, principal: Principal = ALICE) => store.push.next(principal, windows)
const other = (n: number) => ({ roomId: ROOM.roomId, threadId: `other-${n}` })
const endpointsOf = (push: NextPush) =>
  push.type === 'push' ? push.subscriptions.map(({ endpoint }) => endpoint) : push

/** Lets the loop ask again where the answer was to ask again at once. */
async function settled(world: World, windows = 0, principal: Principal = ALICE): Promise<NextPush> {
  for (;;) {
    const answer = await next(world, windows, principal)
    if (answer.type !== 'later' || answer.inMs > 0) return answer
  }
}

export function pushContract(inWorld: InWorld): void {
  it(
    'the server’s keys are those that were stored first, also after a restart',
    inWorld(async (world) => {
      const minted = { publicKey: 'one', privateKey: 'secret' }
      expect(await world.store.push.keys(minted)).toEqual(minted)
      await world.reopen()
      expect(await world.store.push.keys({ publicKey: 'two', privateKey: 'other' })).toEqual(minted)
    }),
  )

  it(
    'a notice that nobody has claimed for 5 s is sent, nobody can claim it any more, and it is sent once',
    inWorld(async (world) => {
      await subscribe(world)
      expect(await next(world)).toEqual(NONE)
      await world.ended('r-1')
      expect(await world.store.push.waiting()).toEqual([ALICE])
      world.advance(CLAIM_MS - 1)
      expect(await next(world)).toEqual({ type: 'later', inMs: 1 })
      world.advance(1)
      const push = await next(world)
      expect(push).toMatchObject({ type: 'push', lead: { kind: 'finished', ...THREAD }, count: 1 })
      if (push.type !== 'push') return
      expect(push.subscriptions).toEqual([
        { deviceId: 'd-1', endpoint: 'https://push.example/1', keys: KEYS, at: START },
      ])
      const claim = () => world.store.notices.claim(ALICE, push.lead.noticeId, 'd')
      expect(await claim()).toEqual({ type: 'claimed' })
      await world.reopen()
      expect(await world.store.push.waiting(), 'a crash in between repeats it').toEqual([ALICE])
      expect(await next(world)).toEqual(push)
      await world.store.push.settle(ALICE)
      expect(await next(world)).toEqual(NONE)
      expect(await world.store.push.waiting()).toEqual([])
      expect(await claim()).toEqual({ type: 'claimed' })
    }),
  )

  it(
    'a claim, a read mark and a removal keep a notice from being sent',
    inWorld(async (world) => {
      const { store } = world
      await subscribe(world)
      for (const n of [1, 2, 3]) await world.ended(`r-${n}`, SUCCEEDED, other(n))
      const page = await store.notices.list(ALICE, { limit: 9 })
      const [removed, claimed] = page.type === 'page' ? page.items.map(({ noticeId }) => noticeId) : []
      await store.notices.remove(ALICE, { noticeId: removed ?? '' })
      await store.notices.claim(ALICE, claimed ?? '', 'd')
      await store.marks.read(ALICE, other(1), 1_000)
      world.advance(CLAIM_MS)
      expect(await next(world)).toEqual(NONE)
    }),
  )

  it(
    'what falls together is one push, which names the most urgent of them and counts the rest',
    inWorld(async (world) => {
      await subscribe(world)
      const outcomes = [SUCCEEDED, INTERRUPTED, FAILED, SUCCEEDED]
      for (const [n, outcome] of outcomes.entries()) {
        await world.ended(`r-${n}`, outcome, other(n))
        world.advance(2_000)
      }
      expect(await next(world), 'it waits for the youngest').toEqual({ type: 'later', inMs: 3_000 })
      world.advance(3_000)
      expect(await next(world)).toMatchObject({ lead: { kind: 'needs_you', ...other(1) }, count: 4 })
      await world.store.push.settle(ALICE)
      expect(await next(world)).toEqual(NONE)
    }),
  )

  it(
    'a stream of notices does not put off the push for ever, and the ones after it are another push',
    inWorld(async (world) => {
      await subscribe(world)
      for (let n = 0; n < 4; n++) {
        await world.ended(`r-${n}`, SUCCEEDED, other(n))
        world.advance(4_000)
      }
      expect(await next(world)).toMatchObject({ type: 'push', count: 3 })
      await world.store.push.settle(ALICE)
      expect(await next(world)).toEqual({ type: 'later', inMs: 1_000 })
    }),
  )

  it(
    'while the person has a window open nothing is sent, and once it is gone it is',
    inWorld(async (world) => {
      await subscribe(world)
      await world.ended('r-1')
      world.advance(CLAIM_MS)
      expect(await next(world, 1)).toMatchObject({ type: 'later' })
      world.advance(30_000)
      expect(await next(world, 0)).toMatchObject({ type: 'push', count: 1 })
    }),
  )

  it(
    'a notice that open windows leave alone is not sent later, and the first claim still gets it',
    inWorld(async (world) => {
      await subscribe(world)
      await world.ended('r-1')
      world.advance(90_000)
      await next(world, 1)
      expect(await settled(world, 0)).toEqual(NONE)
      const page = await world.store.notices.list(ALICE, { limit: 1 })
      const noticeId = page.type === 'page' ? (page.items[0]?.noticeId ?? '') : ''
      expect(await world.store.notices.claim(ALICE, noticeId, 'd')).toMatchObject({ type: 'notice' })
      expect(await world.store.notices.claim(ALICE, noticeId, 'e')).toEqual({ type: 'claimed' })
    }),
  )

  it(
    'in quiet hours, under a mute set meanwhile and without a subscription nothing is sent',
    inWorld(async (world) => {
      const { store } = world
      await world.ended('r-1')
      world.advance(CLAIM_MS)
      expect(await settled(world), 'no subscription').toEqual(NONE)
      await subscribe(world)
      await world.ended('r-2')
      await store.threads.change(ALICE, THREAD, { mutedUntil: START + 60_000 })
      world.advance(CLAIM_MS)
      expect(await settled(world), 'muted').toEqual(NONE)
      await store.threads.change(ALICE, THREAD, { mutedUntil: null })
      await store.settings.put(ALICE, { ...SETTINGS, quietHours: { from: '23:00', to: '07:00', timeZone: 'UTC' } })
      await world.ended('r-3')
      world.advance(CLAIM_MS)
      expect(await settled(world), 'quiet hours').toEqual(NONE)
    }),
  )

  it(
    'a device has one subscription, the newest device comes first, and a person has 20 at most',
    inWorld(async (world) => {
      const { store } = world
      for (let n = 0; n <= MAX_SUBSCRIPTIONS; n++) await subscribe(world, n)
      await store.push.subscribe(ALICE, { deviceId: 'd-5', endpoint: 'https://push.example/new', keys: KEYS })
      await world.ended('r-1')
      world.advance(CLAIM_MS)
      const [first, ...rest] = endpointsOf(await next(world)) as string[]
      expect(first).toBe('https://push.example/new')
      expect(rest).toHaveLength(MAX_SUBSCRIPTIONS - 1)
      expect(rest).not.toContain('https://push.example/5')
      expect(rest).not.toContain('https://push.example/0')
    }),
  )

  it(
    'an endpoint belongs to the person who registered it last, and is dropped by its device or by its address',
    inWorld(async (world) => {
      const { store } = world
      await subscribe(world, 1, BOB)
      for (const n of [1, 2, 3]) await subscribe(world, n)
      await world.ended('r-1')
      world.advance(CLAIM_MS)
      expect(endpointsOf(await next(world))).toEqual([3, 2, 1].map((n) => `https://push.example/${n}`))
      expect(await settled(world, 0, BOB), 'nowhere to send it').toEqual(NONE)
      await store.push.unsubscribe(BOB, { endpoint: 'https://push.example/3' })
      for (const _ of [1, 2]) await store.push.unsubscribe(ALICE, { endpoint: 'https://push.example/3' })
      await store.push.unsubscribe(ALICE, { deviceId: 'd-2' })
      await world.reopen()
      expect(endpointsOf(await next(world))).toEqual(['https://push.example/1'])
      await world.store.push.unsubscribe(ALICE, { deviceId: 'd-1' })
      expect(await settled(world), 'nowhere left to send it').toEqual(NONE)
    }),
  )

  it(
    'a notice that is read while it is being sent is left out of the next attempt',
    inWorld(async (world) => {
      await subscribe(world)
      for (const n of [1, 2]) await world.ended(`r-${n}`, SUCCEEDED, other(n))
      world.advance(CLAIM_MS)
      expect(await next(world)).toMatchObject({ count: 2 })
      await world.store.marks.read(ALICE, other(2), 1_000)
      expect(await next(world)).toMatchObject({ lead: other(1), count: 1 })
    }),
  )
}
