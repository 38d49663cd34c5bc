/** Contract: what the passing of time changes, by the store's clock. */
import type { Interrupt } from '@ag-ui/core'
import type { Outcome } from '@holdfast/core'
import { expect, it } from 'vitest'
import { expectSound } from './invariants.ts'
import { claimed, enqueue } from './line.ts'
import { ALICE, ALICES_THREAD, asking, type InWorld, START, THREAD, type World } from './world.ts'

const MINUTE = 60_000
const after = (ms: number) => new Date(START + ms).toISOString()

function asks(...interrupts: readonly Partial<Interrupt>[]): Outcome {
  return { type: 'interrupted', interrupts: interrupts.map((one, n) => ({ id: `i-${n}`, reason: 'approval', ...one })) }
}

const answering = (runId: string, ...ids: readonly string[]) =>
  asking(runId, { messages: [], resume: ids.map((interruptId) => ({ interruptId, status: 'resolved' as const })) })

async function statusOf({ store }: World): Promise<string> {
  const snapshot = await store.threads.snapshot(ALICE, THREAD)
  return snapshot.type === 'snapshot' ? snapshot.thread.status : snapshot.type
}

export function dueContract(inWorld: InWorld): void {
  it(
    'a question expires at its time, not before, and its thread no longer needs a person',
    inWorld(async (world) => {
      await world.ended('r-1', asks({ expiresAt: after(MINUTE) }))
      world.advance(MINUTE - 1)
      expect(await world.store.work.settleDue()).toEqual({ expired: 0, pruned: 0 })
      expect(await statusOf(world)).toBe('needs_you')
      await world.reopen()
      world.advance(1)
      const { cursor } = await world.store.inbox.overview(ALICE)
      expect(await world.store.work.settleDue()).toEqual({ expired: 1, pruned: 0 })
      const told = await world.store.inbox.read(ALICE, { cursor, maxBytes: 10_000, maxRecords: 10 })
      expect(told.type === 'entries' && told.items.map(({ json }) => JSON.parse(json))).toMatchObject([
        { ...THREAD, type: 'ThreadChanged', status: 'idle' },
      ])
      expect(await world.store.work.settleDue(), 'once').toEqual({ expired: 0, pruned: 0 })
      expect((await world.log()).at(-1)?.event).toEqual({
        type: 'interrupts.resolved',
        status: 'expired',
        by: 'system',
        interruptIds: ['i-0'],
      })
      expect(await statusOf(world)).toBe('idle')
      expect(await world.store.runs.get(ALICE, THREAD, 'r-1')).toMatchObject({
        run: { status: 'interrupted', resolved: 'expired' },
      })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'an expired question cannot be answered, whether or not somebody has looked for what is due',
    inWorld(async (world) => {
      const { runs, work } = world.store
      await world.ended('r-1', asks({ expiresAt: after(MINUTE) }, {}))
      world.advance(MINUTE)
      const before = await world.log()
      expect(await runs.start(ALICE, THREAD, answering('r-2', 'i-0', 'i-1'))).toEqual({ type: 'interrupt_expired' })
      expect(await world.log(), 'a refused answer leaves nothing behind').toEqual(before)
      await work.settleDue()
      expect(await runs.start(ALICE, THREAD, answering('r-2', 'i-0', 'i-1'))).toEqual({ type: 'interrupt_expired' })
      expect(await runs.start(ALICE, THREAD, answering('r-2', 'i-1'))).toEqual({ type: 'interrupt_expired' })
      expect(await runs.start(ALICE, THREAD, asking('r-2'))).toMatchObject({ type: 'accepted' })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'the questions of a run are resolved together, at the earliest of their times',
    inWorld(async (world) => {
      await world.ended('r-1', asks({ expiresAt: after(9 * MINUTE) }, { expiresAt: after(MINUTE) }, {}))
      world.advance(MINUTE)
      expect(await world.store.work.settleDue()).toMatchObject({ expired: 1 })
      const snapshot = await world.store.threads.snapshot(ALICE, THREAD)
      expect(snapshot.type === 'snapshot' && snapshot.view.interrupts).toEqual([])
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a question that was answered or withdrawn does not expire',
    inWorld(async (world) => {
      await world.ended('r-1', asks({ expiresAt: after(MINUTE) }))
      await world.ended('r-2', asks({ id: 'i-9', expiresAt: after(MINUTE) }), THREAD, answering('r-2', 'i-0'))
      await world.store.runs.cancelThread(ALICE, THREAD)
      world.advance(MINUTE)
      expect(await world.store.work.settleDue()).toEqual({ expired: 0, pruned: 0 })
      expect(await world.store.runs.start(ALICE, THREAD, answering('r-3', 'i-9'))).toEqual({
        type: 'interrupt_answered',
      })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'the queue behind a question waits, and goes on once the question has expired',
    inWorld(async (world) => {
      await world.ended('r-1', asks({ expiresAt: after(MINUTE) }))
      await enqueue(world, 'r-2')
      expect(await claimed(world)).toEqual([])
      world.advance(MINUTE)
      await world.store.work.settleDue()
      expect(world.notices).toContainEqual({ type: 'run.queued', key: ALICES_THREAD, runId: 'r-2' })
      expect(await claimed(world)).toEqual(['r-2'])
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a time that cannot be read never comes, one in the past has come, and one far away does no harm',
    inWorld(async (world) => {
      const keyOf = (n: number) => ({ ...THREAD, threadId: `t-${n}` })
      const times = ['soon', '', 'Jan 1 2026', '2026-01-01', '2026-13-45T99:00:00Z', '+275760-09-13T00:00:00Z']
      const far = '9999-12-31T23:59:59.999Z'
      const past = ['1970-01-01T00:00:00Z', '0001-01-01T00:00:00+14:00', '2025-12-31T23:59:59.9999999Z']
      for (const [n, expiresAt] of [...times, far, ...past].entries()) {
        await world.ended(`r-${n}`, asks({ expiresAt }), keyOf(n))
      }
      expect(await world.store.work.settleDue()).toEqual({ expired: past.length, pruned: 0 })
      world.advance(100 * 365 * 24 * 60 * MINUTE)
      expect(await world.store.work.settleDue()).toEqual({ expired: 0, pruned: 0 })
      for (const n of times.keys()) {
        const open = await world.store.threads.snapshot(ALICE, keyOf(n))
        expect(open, times[n]).toMatchObject({ thread: { status: 'needs_you' } })
      }
      await expectSound(world, keyOf(0))
    }),
  )

  it(
    'what is due is settled some threads at a time, and a deleted thread has nothing due',
    inWorld(async (world) => {
      const { threads, work } = world.store
      const keys = Array.from({ length: 103 }, (_, n) => ({ ...THREAD, threadId: `t-${n}` }))
      for (const [n, key] of keys.entries()) await world.ended(`r-${n}`, asks({ expiresAt: after(MINUTE) }), key)
      await threads.delete(ALICE, keys[0] ?? THREAD, true)
      world.advance(MINUTE)
      expect(await work.settleDue()).toEqual({ expired: 100, pruned: 0 })
      expect(await work.settleDue()).toEqual({ expired: 2, pruned: 0 })
      expect(await work.settleDue()).toEqual({ expired: 0, pruned: 0 })
    }),
  )
}
