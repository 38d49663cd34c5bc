/** Contract: the notices of people: for whom the end of a run raises one, who gets it, when it is over. */
import type { NoticeInfo } from '@holdfast/core'
import { expect, it } from 'vitest'
import { MAX_NOTICES } from '../decide/person-notices.ts'
import type { Lease } from '../port.ts'
import type { Principal } from '../principal.ts'
import {
  ALICE,
  asking,
  BOB,
  CANCELLED,
  EVE,
  ending,
  FAILED,
  type InWorld,
  OTHER_ROOM,
  ROOM,
  START,
  SUCCEEDED,
  THREAD,
  type World,
} from './world.ts'

const INTERRUPTED = { type: 'interrupted', interrupts: [{ id: 'i-1', reason: 'question' }] } as const
const SETTINGS = {
  kinds: { finished: true, failed: true, needsYou: true, stopped: true },
  needsYouBreaksThrough: false,
}
const OTHER = { roomId: ROOM.roomId, threadId: 'thread-2' }

async function noticesOf({ store }: World, principal: Principal = ALICE, more = {}): Promise<readonly NoticeInfo[]> {
  const page = await store.notices.list(principal, { limit: 200, ...more })
  if (page.type !== 'page') throw new Error(page.type)
  return page.items
}

async function onlyNotice(world: World, principal: Principal = ALICE): Promise<NoticeInfo> {
  const [notice, ...others] = await noticesOf(world, principal)
  expect(others).toEqual([])
  if (!notice) throw new Error('There is no notice.')
  return notice
}

/** The types and notice ids of what the person's inbox says about ends of runs. */
async function endsIn({ store }: World, principal: Principal): Promise<readonly (readonly unknown[])[]> {
  const page = await store.inbox.read(principal, { cursor: 'W10', maxBytes: 1_000_000, maxRecords: 1_000 })
  if (page.type !== 'entries') throw new Error(page.type)
  const entries = page.items.map(({ json }) => JSON.parse(json) as Record<string, unknown>)
  return entries.flatMap(({ type, noticeId }) =>
    type === 'RunCompleted' || type === 'NeedsYou' ? [[type, noticeId]] : [],
  )
}

const endWith = (world: World, lease: Lease, attendedBy: readonly string[]) =>
  world.store.work.end(lease, { ...ending(lease, SUCCEEDED), attendedBy })

/** Bob is known to the tenant from now on. */
const meetBob = ({ store }: World) => store.rooms.create(BOB, { roomId: 'bobs', title: 'Bob’s' })

export function noticesContract(inWorld: InWorld): void {
  it(
    'a run that succeeds, fails or needs an answer raises one notice for each known person, named in their inbox',
    inWorld(async (world) => {
      await meetBob(world)
      const ends = [
        ['finished', SUCCEEDED],
        ['failed', FAILED],
        ['needs_you', INTERRUPTED],
      ] as const
      for (const [kind, outcome] of ends) {
        const key = { roomId: ROOM.roomId, threadId: kind }
        await world.ended(`r-${kind}`, outcome, key)
        const [notice] = await noticesOf(world)
        expect(notice).toMatchObject({ kind, ...key, runId: `r-${kind}`, title: `text of r-${kind}-q`, read: false })
        expect(notice?.at).toBe(new Date(START).toISOString())
      }
      const [hers, his] = [await noticesOf(world), await noticesOf(world, BOB)]
      expect(his.map(({ runId }) => runId)).toEqual(hers.map(({ runId }) => runId))
      expect(new Set([...hers, ...his].map(({ noticeId }) => noticeId)).size).toBe(6)
      expect(await noticesOf(world, EVE)).toEqual([])
      for (const person of [ALICE, BOB]) {
        const [asked, failed, finished] = (await noticesOf(world, person)).map(({ noticeId }) => noticeId)
        const told = [finished, failed, asked].map((noticeId) => ['RunCompleted', noticeId])
        expect(await endsIn(world, person)).toEqual([...told, ['NeedsYou', asked]])
      }
    }),
  )

  it(
    'a run that is cancelled, superseded or deleted raises none',
    inWorld(async (world) => {
      const { store } = world
      const first = await world.running('r-1')
      await store.runs.cancelRun(ALICE, THREAD, 'r-1')
      await store.work.end(first.lease, ending(first.lease, CANCELLED))
      await world.running('r-2')
      await store.runs.start(ALICE, THREAD, asking('r-3', { onBusy: 'supersede' }))
      await store.threads.delete(ALICE, THREAD, true)
      expect(await noticesOf(world)).toEqual([])
      expect(world.notices.filter(({ type }) => type === 'notice.raised')).toEqual([])
    }),
  )

  it(
    'a run that lost its worker raises a notice when it is settled',
    inWorld(async (world) => {
      await world.running('r-1')
      await world.store.work.settleOrphans('all')
      expect(await onlyNotice(world)).toMatchObject({ kind: 'failed', runId: 'r-1' })
      expect(world.notices).toContainEqual({ type: 'notice.raised', ...ALICE, kind: 'failed' })
    }),
  )

  it(
    'a person who has the thread in a focused window gets no notice, and the others do',
    inWorld(async (world) => {
      await meetBob(world)
      const { lease } = await world.running('r-1')
      expect(await endWith(world, lease, ['alice'])).toEqual({ type: 'ended' })
      expect(await noticesOf(world)).toEqual([])
      expect(await endsIn(world, ALICE)).toEqual([['RunCompleted', undefined]])
      expect(await onlyNotice(world, BOB)).toMatchObject({ runId: 'r-1' })
    }),
  )

  it(
    'a muted thread or room raises none until the mute ends, and needs-you breaks through where the person allows it',
    inWorld(async (world) => {
      const { store, advance } = world
      await store.threads.create(ALICE, THREAD, 'Tea')
      await store.threads.change(ALICE, THREAD, { mutedUntil: START + 1_000 })
      await world.ended('r-1')
      await store.rooms.change(ALICE, OTHER_ROOM.roomId, { mutedUntil: START + 1_000 })
      const elsewhere = { roomId: OTHER_ROOM.roomId, threadId: 'thread-1' }
      await world.ended('r-2', SUCCEEDED, elsewhere)
      await world.ended('r-3', INTERRUPTED, elsewhere)
      expect(await noticesOf(world)).toEqual([])
      await store.settings.put(ALICE, { ...SETTINGS, needsYouBreaksThrough: true })
      await world.ended('r-4', INTERRUPTED)
      expect(await onlyNotice(world)).toMatchObject({ runId: 'r-4' })
      advance(1_000)
      await world.ended('r-5', SUCCEEDED, OTHER)
      expect((await noticesOf(world)).map(({ runId }) => runId)).toEqual(['r-5', 'r-4'])
    }),
  )

  it(
    'a kind that is switched off raises none',
    inWorld(async (world) => {
      await world.store.settings.put(ALICE, { ...SETTINGS, kinds: { ...SETTINGS.kinds, finished: false } })
      await world.ended('r-1')
      await world.ended('r-2', FAILED)
      expect(await onlyNotice(world)).toMatchObject({ runId: 'r-2' })
    }),
  )

  it(
    'of 50 claims at once exactly one device wins, and only that one wins again, also after a restart',
    inWorld(async (world) => {
      await world.ended('r-1')
      const { noticeId } = await onlyNotice(world)
      const claim = (device: number) => world.store.notices.claim(ALICE, noticeId, `device-${device}`)
      const devices = Array.from({ length: 50 }, (_, device) => device)
      const answers = await Promise.all(devices.map(claim))
      const winners = devices.filter((device) => answers[device]?.type === 'notice')
      expect(winners).toHaveLength(1)
      await world.reopen()
      const again = await Promise.all(devices.map(claim))
      expect(devices.filter((device) => again[device]?.type === 'notice')).toEqual(winners)
      expect(again.filter(({ type }) => type === 'claimed')).toHaveLength(49)
      const counted = world.notices.filter(({ type }) => type === 'notice.claimed')
      expect(counted).toEqual([{ type: 'notice.claimed', ...ALICE, kind: 'finished' }])
    }),
  )

  it(
    'nobody claims, sees or removes the notice of another person',
    inWorld(async (world) => {
      await meetBob(world)
      await world.ended('r-1')
      const { noticeId } = await onlyNotice(world)
      for (const other of [BOB, { ...ALICE, tenantId: EVE.tenantId }]) {
        expect(await world.store.notices.claim(other, noticeId, 'd')).toEqual({ type: 'not_found' })
        await world.store.notices.remove(other, { noticeId })
        await world.store.notices.remove(other, 'all')
      }
      expect(await world.store.notices.claim(ALICE, noticeId, 'd')).toMatchObject({
        type: 'notice',
        notice: { noticeId },
      })
      expect(await world.store.notices.claim(ALICE, 'unknown', 'd')).toEqual({ type: 'not_found' })
    }),
  )

  it(
    'a read mark at the end of the run withdraws its notice on every device, and one before it does not',
    inWorld(async (world) => {
      const { store } = world
      const withdrawn = { type: 'withdrawn' }
      await world.ended('r-1')
      const { noticeId } = await onlyNotice(world)
      const end = (await world.log()).length
      await store.marks.read(ALICE, THREAD, end - 1)
      expect(await store.notices.claim(ALICE, noticeId, 'd')).toMatchObject({ type: 'notice' })
      await world.ended('r-2', SUCCEEDED, OTHER)
      await store.marks.read(BOB, OTHER, 1_000)
      await store.marks.read(ALICE, THREAD, end)
      expect(await store.notices.claim(ALICE, noticeId, 'd')).toEqual(withdrawn)
      expect((await noticesOf(world)).map(({ read }) => read)).toEqual([false, true])
      expect((await noticesOf(world, ALICE, { unread: true })).map(({ runId }) => runId)).toEqual(['r-2'])
      await store.marks.unread(ALICE, THREAD)
      expect(await store.notices.claim(ALICE, noticeId, 'd'), 'unread by hand raises nothing').toEqual(withdrawn)
    }),
  )

  it(
    'S002-C6 reading a whole room withdraws its notices, and reading everything withdraws all',
    inWorld(async (world) => {
      const { store } = world
      await meetBob(world)
      await world.ended('r-1')
      await world.ended('r-2', SUCCEEDED, { roomId: OTHER_ROOM.roomId, threadId: 'thread-1' })
      await store.marks.readRoom(ALICE, ROOM.roomId)
      expect((await noticesOf(world)).map(({ read }) => read)).toEqual([false, true])
      await store.marks.readAll(ALICE)
      expect((await noticesOf(world)).map(({ read }) => read)).toEqual([true, true])
      expect((await noticesOf(world, BOB)).map(({ read }) => read)).toEqual([false, false])
    }),
  )

  it(
    'I8 a deleted thread or room takes its notices with it',
    inWorld(async (world) => {
      const { store } = world
      await world.ended('r-1')
      const { noticeId } = await onlyNotice(world)
      await world.ended('r-2', SUCCEEDED, { roomId: OTHER_ROOM.roomId, threadId: 'thread-1' })
      await store.threads.delete(ALICE, THREAD, false)
      expect(await onlyNotice(world)).toMatchObject({ runId: 'r-2' })
      expect(await store.notices.claim(ALICE, noticeId, 'd')).toEqual({ type: 'not_found' })
      await store.rooms.delete(ALICE, OTHER_ROOM.roomId, false)
      expect(await noticesOf(world)).toEqual([])
    }),
  )

  it(
    'the newest 100 notices of a person are kept, listed newest first in pages, by kind, and removed one by one or all',
    inWorld(async (world) => {
      const { store } = world
      for (let n = 0; n <= MAX_NOTICES; n++) {
        await world.ended(`r-${n}`, n % 2 === 0 ? SUCCEEDED : FAILED, { roomId: ROOM.roomId, threadId: `t-${n}` })
      }
      const kept = Array.from({ length: MAX_NOTICES }, (_, n) => `r-${MAX_NOTICES - n}`)
      const listed: string[] = []
      for (let before: string | undefined; ; ) {
        const page = await store.notices.list(ALICE, { limit: 30, ...(before && { before }) })
        if (page.type !== 'page') throw new Error(page.type)
        listed.push(...page.items.map(({ runId }) => runId))
        before = page.next
        if (before === undefined) break
      }
      expect(listed).toEqual(kept)
      expect((await noticesOf(world, ALICE, { kind: 'failed' })).length).toBe(50)
      expect(await store.notices.list(ALICE, { limit: 5, before: 'x' })).toEqual({ type: 'invalid_cursor' })
      const [newest] = await noticesOf(world)
      for (const _ of [1, 2]) await store.notices.remove(ALICE, { noticeId: newest?.noticeId ?? '' })
      await world.reopen()
      expect((await noticesOf(world)).map(({ runId }) => runId)).toEqual(kept.slice(1))
      await world.store.notices.remove(ALICE, 'all')
      expect(await noticesOf(world)).toEqual([])
    }),
  )
}
