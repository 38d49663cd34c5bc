/**
 * Contract: a queue that a stop or a failure paused. It needs a person, is reported so everywhere, and hides no
 * failure.
 */
import type { InboxEntry, ThreadInfo } from '@holdfast/core'
import { expect, it } from 'vitest'
import { expectSound } from './invariants.ts'
import { claimed, claims, enqueue } from './line.ts'
import {
  ALICE,
  ALICES_THREAD,
  asking,
  CANCELLED,
  ending,
  FAILED,
  type InWorld,
  SUCCEEDED,
  THREAD,
  type World,
} from './world.ts'

/** The thread's state in each place where a person can see it. */
async function saidOf({ store }: World) {
  const snapshot = await store.threads.snapshot(ALICE, THREAD)
  const list = await store.threads.list(ALICE, THREAD.roomId, { limit: 10 })
  const { rooms, threads } = await store.inbox.overview(ALICE)
  const needsYou = rooms.find(({ roomId }) => roomId === THREAD.roomId)?.needsYou
  const state = (thread: ThreadInfo | undefined) =>
    thread && { status: thread.status, waiting: thread.waiting, paused: thread.paused, position: thread.position }
  return {
    snapshot: snapshot.type === 'snapshot' ? state(snapshot.thread) : snapshot,
    list: list.type === 'page' ? state(list.items.find(({ threadId }) => threadId === THREAD.threadId)) : list,
    inbox: state(threads.find(({ threadId }) => threadId === THREAD.threadId)),
    needsYou,
  }
}

async function lastEntry({ store }: World, cursor: string): Promise<InboxEntry> {
  const read = await store.inbox.read(ALICE, { cursor, maxBytes: 1e6, maxRecords: 100 })
  if (read.type !== 'entries') throw new Error(read.type)
  return JSON.parse(read.items.at(-1)?.json ?? '') as InboxEntry
}

const everywhere = (state: Partial<ThreadInfo>, needsYou: number) => {
  const said = { status: undefined, waiting: undefined, paused: undefined, position: undefined, ...state }
  return { snapshot: said, list: said, inbox: said, needsYou }
}

export function heldContract(inWorld: InWorld): void {
  it(
    'after a stop, the thread needs a person and does not look busy: in lists, counts and entries, also after a restart',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      await enqueue(world, 'r-2', 'r-3')
      const { cursor } = await world.store.inbox.overview(ALICE)
      await world.store.runs.cancelThread(ALICE, THREAD)
      expect(await lastEntry(world, cursor)).toMatchObject({ status: 'working', waiting: 2, paused: true })
      await world.store.work.end(lease, ending(lease, CANCELLED))
      expect(await claimed(world)).toEqual([])
      const held = everywhere({ status: 'needs_you', waiting: 2, paused: true }, 1)
      expect(await saidOf(world)).toEqual(held)
      expect(await lastEntry(world, cursor)).toMatchObject({ status: 'needs_you', waiting: 2, paused: true })
      await world.reopen()
      expect(await saidOf(world)).toEqual(held)
      const before = (await world.store.inbox.overview(ALICE)).cursor
      await world.store.runs.changeQueue(ALICE, THREAD, { paused: false })
      expect(await lastEntry(world, before)).toMatchObject({ type: 'ThreadChanged', status: 'queued', waiting: 2 })
      expect(await saidOf(world)).toEqual(everywhere({ status: 'queued', waiting: 2, position: 1 }, 0))
      expect(await claimed(world)).toEqual(['r-2'])
      await expectSound(world, THREAD)
    }),
  )

  it(
    'after a failure or a crash, the thread shows the failure and that its queue is paused',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      await enqueue(world, 'r-2')
      const { cursor } = await world.store.inbox.overview(ALICE)
      await world.store.work.end(lease, ending(lease, FAILED))
      const held = everywhere({ status: 'failed', waiting: 1, paused: true }, 0)
      expect(await saidOf(world)).toEqual(held)
      expect(await lastEntry(world, cursor)).toMatchObject({ status: 'failed', waiting: 1, paused: true })
      await world.store.runs.changeQueue(ALICE, THREAD, { paused: false })
      const [again] = await claims(world)
      await enqueue(world, 'r-3')
      expect(again?.run.runId).toBe('r-2')
      await world.store.work.settleOrphans('all')
      expect(await saidOf(world)).toEqual(held)
      await expectSound(world, THREAD)
    }),
  )

  it(
    'the queue resumes by itself once a superseding run has succeeded, and not before',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      await enqueue(world, 'r-2', 'r-3')
      await world.store.runs.cancelThread(ALICE, THREAD)
      await world.store.work.end(lease, ending(lease, CANCELLED))
      await world.store.runs.start(ALICE, THREAD, asking('r-4', { onBusy: 'supersede' }))
      const [fourth] = await claims(world)
      expect(fourth?.run.runId).toBe('r-4')
      expect(await saidOf(world)).toMatchObject({ list: { status: 'working', waiting: 2, paused: true } })
      expect(await claimed(world)).toEqual([])
      const before = world.notices.length
      if (fourth) await world.store.work.end(fourth.lease, ending(fourth.lease, SUCCEEDED))
      expect(world.notices.slice(before)).toContainEqual({ type: 'run.queued', key: ALICES_THREAD, runId: 'r-2' })
      expect(await saidOf(world)).toEqual(everywhere({ status: 'queued', waiting: 2, position: 1 }, 0))
      expect(await claimed(world)).toEqual(['r-2'])
      await expectSound(world, THREAD)
    }),
  )

  it.each(['reject', 'supersede'] as const)('stays held after a run that was sent to %s and failed', async (onBusy) =>
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      await enqueue(world, 'r-2')
      await world.store.runs.cancelThread(ALICE, THREAD)
      await world.store.work.end(lease, ending(lease, CANCELLED))
      await world.ended('r-3', FAILED, THREAD, { onBusy })
      expect(await saidOf(world)).toEqual(everywhere({ status: 'failed', waiting: 1, paused: true }, 0))
      expect(await claimed(world)).toEqual([])
    })(),
  )

  it(
    'a queue that a person paused stays paused, whatever succeeds before it',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      await enqueue(world, 'r-2')
      await world.store.runs.cancelThread(ALICE, THREAD)
      await world.store.work.end(lease, ending(lease, CANCELLED))
      await world.store.runs.changeQueue(ALICE, THREAD, { paused: true })
      await world.ended('r-3', SUCCEEDED, THREAD, { onBusy: 'supersede' })
      expect(await saidOf(world)).toEqual(everywhere({ status: 'needs_you', waiting: 1, paused: true }, 1))
      expect(await claimed(world)).toEqual([])
      await expectSound(world, THREAD)
    }),
  )
}
